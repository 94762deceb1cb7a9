DROP FUNCTION due_jobs(text[], integer);
