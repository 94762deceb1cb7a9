import type { FastifyRequest } from 'fastify';
import { notFound } from '#platform/errors.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import type { Database } from '#platform/postgres/database.ts';
import { type ExportRecord, findExport } from './export-job.query.ts';

/** 404 for exports of others: who may not see one does not learn that it is there. */
export async function visibleExport(db: Database, request: FastifyRequest): Promise<ExportRecord> {
  const { id } = request.params as { id: string };
  const found = await findExport(db, id);
  if (!found || !isVisible(found, request.caller)) throw notFound('export', id);
  return found;
}

export function isVisible({ created_by: creator }: ExportRecord, { role, keyId }: Caller): boolean {
  return role === 'admin' || (keyId !== null && creator === keyId);
}
