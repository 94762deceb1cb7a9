import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { notFound } from '#platform/errors.ts';
import { OneOf } from '#platform/http/schemas.ts';
import { newId } from '#platform/ids.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { doOnce } from '../idempotency/do-once.ts';
import { fingerprintJson } from '../idempotency/fingerprint.ts';
import { IdempotencyHeaders, readIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { enqueueJob } from '../jobs/enqueue.query.ts';
import { newFilename } from './export-file-key.ts';
import { COMPRESSIONS, EXPORT_FORMATS, PRESETS } from './export-format.ts';
import { findExport, insertExport } from './export-job.query.ts';
import { type ExportWish, planExport } from './export-plan.query.ts';
import { EXPORT_JOB } from './export-records.job.ts';
import type { ExportSource } from './export-source.query.ts';
import { ExportView, viewExport } from './export-view.ts';

const ExportBody = Type.Object({
  resource_type: Type.String({ maxLength: 50 }),
  format: Type.Optional(OneOf(EXPORT_FORMATS, { description: 'csv unless given' })),
  filters: Type.Optional(
    Type.Record(
      Type.String({ maxLength: 50 }),
      Type.Union([Type.String({ minLength: 1, maxLength: 500 }), Type.Integer()]),
      { description: 'As in the query of `GET /v1/exports`' },
    ),
  ),
  fields: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 })),
  compression: Type.Optional(OneOf(COMPRESSIONS)),
  escape_formulas: Type.Optional(Type.Boolean()),
  preset: Type.Optional(OneOf(PRESETS)),
  idempotency_key: Type.Optional(
    Type.String({ description: 'Or the header `Idempotency-Key`; both only if they are the same' }),
  ),
});

interface Dependencies {
  readonly pool: Pool;
  readonly sources: readonly ExportSource[];
}

/** `POST /v1/exports`: an export into a file, made by a job. */
export function createExportRoute({ pool, sources }: Dependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.post(
      '/v1/exports',
      {
        config: {
          access: 'admin',
          scope: 'exports:read',
          example: {
            body: {
              resource_type: 'users',
              format: 'csv',
              filters: { created_after: '2024-01-01T00:00:00Z' },
            },
          },
        },
        schema: {
          summary: 'Export into a file',
          description:
            'Answers at once; `GET /v1/exports/{job_id}` shows how it gets on and where the file is. The same request ' +
            'under the same idempotency key again is answered 200 with the same export.',
          tags: ['exports'],
          headers: IdempotencyHeaders,
          body: ExportBody,
          response: { 200: ExportView, 202: ExportView },
        },
      },
      async (request, reply) => {
        const { idempotency_key: inBody, ...body } = request.body;
        const key = readIdempotencyKey(request.headers, inBody);
        const wish = wishOf(body);
        planExport(sources, wish);
        const exportId = newId();
        const { id } = await doOnce(
          { pool, request, reply, key },
          {
            receive: () => Promise.resolve({ fingerprint: fingerprintJson(wish) }),
            async create(_body, seal) {
              await pool.transaction(async (tx) => {
                const createdBy = request.caller.keyId;
                const filename = newFilename(wish.resource_type, wish);
                await insertExport(tx, { id: exportId, wish, filename, createdBy });
                const payload = { export_id: exportId };
                await enqueueJob(tx, { id: exportId, type: EXPORT_JOB, payload, createdBy });
                await seal(tx, exportId);
              });
              return exportId;
            },
          },
        );
        const found = await findExport(pool, id);
        if (!found) throw notFound('export', id);
        void reply.header('location', `/v1/exports/${id}`).header('retry-after', '1');
        const view = await viewExport(pool, found);
        // A worker may have begun already; whoever asked first is told that it waits.
        return id === exportId ? { ...view, status: 'pending' as const } : view;
      },
    );
    done();
  };
}

/** With all that was left out said: such requests are the same. */
function wishOf(body: Omit<Static<typeof ExportBody>, 'idempotency_key'>): ExportWish {
  const { resource_type, format = 'csv', filters = {}, fields = [] } = body;
  const { compression = 'none', escape_formulas = true, preset = null } = body;
  const words = Object.entries(filters).map(([name, value]) => [name, String(value)]);
  return {
    resource_type,
    format,
    fields,
    filters: Object.fromEntries(words),
    compression,
    escape_formulas,
    preset,
  };
}
