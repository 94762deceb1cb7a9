/** How long jobs that ended are kept, and what is told of them elsewhere; the database's clock decides. */
export const JOB_RETENTION_MS = 30 * 24 * 60 * 60 * 1000;
