import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { findJob, type JobRecord } from '#engine/jobs/jobs.query.ts';
import { isEnded } from '#engine/jobs/transitions.ts';
import { queueSample } from '#products/names/index.ts';
import type { Foundation } from './compose.ts';

const SAMPLE = fileURLToPath(new URL('../../samples/us-ssa-national-1880-2024.zip', import.meta.url));
const LOOK_EVERY_MS = 1000;

/** Has the sample loaded into a database that never had a dataset, and logs how that gets on. Never rejects. */
export async function loadSample(foundation: Foundation, signal: AbortSignal): Promise<void> {
  const { pool, files, config, log } = foundation;
  try {
    const jobId = await queueSample({ pool, files, limits: config.uploads }, SAMPLE);
    if (jobId === undefined) return;
    log.info('the sample (US names 1880–2024) is loaded in the background; SAMPLES=false leaves it out');
    const job = await follow(foundation, jobId, signal);
    if (job?.status === 'completed') {
      log.info(
        { rows: job.measures.records_done },
        'the sample is loaded; try: affirm-name names top --country US',
      );
    } else if (job) {
      log.warn(
        { job: jobId, code: job.error_code },
        `the sample was not loaded: ${job.last_error ?? job.status}`,
      );
    }
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, 'the sample could not be loaded');
  }
}

/** The job when it ended; undefined when the server stops before, or the job is gone. */
async function follow(
  { pool, log }: Foundation,
  jobId: string,
  signal: AbortSignal,
): Promise<JobRecord | undefined> {
  while (!signal.aborted) {
    const job = await findJob(pool, jobId);
    if (!job || isEnded(job.status)) return job;
    const { bytes_done: done, bytes_total: total, records_done: rows } = job.measures;
    const percent = total ? Math.floor((100 * done) / total) : 0;
    if (job.status === 'running') log.info({ phase: job.phase, percent, rows }, 'loading the sample');
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
