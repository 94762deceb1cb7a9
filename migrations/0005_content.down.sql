DROP TABLE webhook_deliveries, idempotency_keys, export_jobs, import_rejects, import_jobs, comments, article_tags, tags,
           articles, users;
DROP SCHEMA staging CASCADE;
ALTER TABLE jobs DROP COLUMN pause_requested_at;
