import type { FastifyRequest } from 'fastify';
import { notFound } from '#platform/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import { type DatasetRow, findDataset } from './datasets.query.ts';

/** 404 for datasets of others: who may not see one does not learn that it is there. */
export async function visibleDataset(db: Database, request: FastifyRequest): Promise<DatasetRow> {
  const { id } = request.params as { id: string };
  const { caller } = request;
  const dataset = await findDataset(db, id);
  const mine = caller.role === 'admin' || (caller.keyId !== null && dataset?.uploaded_by === caller.keyId);
  if (!dataset || !mine) throw notFound('dataset', id);
  return dataset;
}
