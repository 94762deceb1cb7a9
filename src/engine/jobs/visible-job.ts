import type { FastifyRequest } from 'fastify';
import { notFound } from '#platform/errors.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { findJob, type JobRecord } from './jobs.query.ts';

/** 404 for jobs of others: who may not see one does not learn that it is there. */
export async function visibleJob(pool: Pool, request: FastifyRequest): Promise<JobRecord> {
  const { id } = request.params as { id: string };
  const { caller } = request;
  const job = await findJob(pool, id);
  const visible = caller.role === 'admin' || (job?.created_by && job.created_by === caller.keyId);
  if (!job || !visible) throw notFound('job', id);
  return job;
}
