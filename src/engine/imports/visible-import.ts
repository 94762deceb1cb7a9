import type { FastifyRequest } from 'fastify';
import { notFound } from '#platform/errors.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import type { Database } from '#platform/postgres/database.ts';
import { findImport, type ImportRecord } from './import-job.query.ts';

/** The import of the path. 404 for those of others: who may not see one does not learn that it is there. */
export async function visibleImport(db: Database, request: FastifyRequest): Promise<ImportRecord> {
  const { id } = request.params as { id: string };
  const found = await findVisibleImport(db, id, request.caller);
  if (!found) throw notFound('import', id);
  return found;
}

/** Undefined where there is none, or none that this caller may see. */
export async function findVisibleImport(
  db: Database,
  id: string,
  caller: Caller,
): Promise<ImportRecord | undefined> {
  const found = await findImport(db, id);
  const isMine = caller.keyId !== null && found?.created_by === caller.keyId;
  return caller.role === 'admin' || isMine ? found : undefined;
}
