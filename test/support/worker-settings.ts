/** For workers of tests: quick to find jobs, patient with those at work. */
export const WORKER_SETTINGS = {
  pollIntervalMs: 500,
  leaseMs: 10_000,
  jobTimeoutMs: 600_000,
  stallTimeoutMs: 300_000,
  retryWindowMs: 1_800_000,
  maxAttempts: 3,
  retentionMs: 86_400_000,
};
