import type { FastifyRequest } from 'fastify';
import { notFound } from '#platform/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import { findTask, type TaskRecord } from './tasks.query.ts';

/** The task of the path. 404 for those of others: who may not see one does not learn that it is there. */
export async function visibleTask(db: Database, request: FastifyRequest): Promise<TaskRecord> {
  const { id } = request.params as { id: string };
  const { role, keyId } = request.caller;
  const found = await findTask(db, id);
  const isMine = keyId !== null && found?.created_by === keyId;
  if (!found || (role !== 'admin' && !isMine)) throw notFound('task', id);
  return found;
}
