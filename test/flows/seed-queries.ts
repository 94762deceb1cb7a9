/** The sample queries of the first database design, word for word: whoever wrote reports for it keeps them. */

export const MOST_POPULAR = `SELECT 
    c.name as country,
    n.year,
    n.gender,
    n.name,
    n.count,
    ROW_NUMBER() OVER (PARTITION BY n.country_id, n.year, n.gender ORDER BY n.count DESC) as rank
FROM names n
JOIN countries c ON c.id = n.country_id
WHERE n.country_id = 'uuid-for-us'
  AND n.year = 2020
  AND n.deleted_at IS NULL
ORDER BY n.gender, n.count DESC
LIMIT 10;`;

export const NAME_TREND = `SELECT 
    year,
    gender,
    SUM(count) as total_count,
    RANK() OVER (PARTITION BY year ORDER BY SUM(count) DESC) as rank_in_year
FROM names
WHERE name = 'Emma'
  AND country_id = 'uuid-for-us'
  AND deleted_at IS NULL
GROUP BY year, gender
ORDER BY year, gender;`;

export const GENDER_DISTRIBUTION = `SELECT 
    name,
    SUM(CASE WHEN gender = 'M' THEN count ELSE 0 END) as male_count,
    SUM(CASE WHEN gender = 'F' THEN count ELSE 0 END) as female_count,
    ROUND(
        100.0 * SUM(CASE WHEN gender = 'M' THEN count ELSE 0 END) / 
        NULLIF(SUM(count), 0),
        2
    ) as male_percentage
FROM names
WHERE name = 'Jordan'
  AND country_id = 'uuid-for-us'
  AND deleted_at IS NULL
GROUP BY name;`;

export const DATASET_STATISTICS = `SELECT 
    c.name as country,
    d.status,
    COUNT(*) as dataset_count,
    SUM(d.row_count) as total_rows,
    AVG(EXTRACT(EPOCH FROM (d.processed_at - d.uploaded_at))) as avg_processing_seconds
FROM datasets d
JOIN countries c ON c.id = d.country_id
WHERE d.deleted_at IS NULL
GROUP BY c.name, d.status
ORDER BY c.name, d.status;`;

export const QUEUE_HEALTH = `SELECT 
    status,
    COUNT(*) as job_count,
    AVG(attempts) as avg_attempts,
    MAX(created_at) as latest_job,
    MIN(CASE WHEN status = 'queued' THEN created_at END) as oldest_queued
FROM jobs
GROUP BY status
ORDER BY 
    CASE status 
        WHEN 'queued' THEN 1
        WHEN 'running' THEN 2
        WHEN 'failed' THEN 3
        WHEN 'completed' THEN 4
    END;`;
