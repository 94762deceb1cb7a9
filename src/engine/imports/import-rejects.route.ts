import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { ReadDependencies } from './import-file.ts';
import { ImportParams, NO_SUCH_IMPORT } from './import-form.ts';
import type { ImportRecord } from './import-job.query.ts';
import { findRejects } from './find-rejects.ts';
import type { Resource } from './resource.ts';
import { visibleImport } from './visible-import.ts';

interface RejectsDependencies extends ReadDependencies {
  readonly pool: Pool;
  readonly resources: readonly Resource[];
}

const text = { schema: Type.String() };
const binary = { schema: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) };

export function importRejectsRoute(dependencies: RejectsDependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/v1/imports/:id/rejects',
      {
        config: { access: 'viewer', example: NO_SUCH_IMPORT },
        schema: {
          summary: 'The refused records of an import in their own form, to be mended and sent again',
          description:
            'CSV: `_line` and `_errors` before the columns of the upload; NDJSON: both in the object. An import takes the ' +
            'mended file as it is (`parent_id` links the two). Secrets are left out with their column or key. 409 until ' +
            'all records are judged.',
          tags: ['imports'],
          params: ImportParams,
          response: {
            200: {
              description: 'A file in the format of the upload; a zip for an upload of several files',
              content: {
                'text/csv': text,
                'text/tab-separated-values': text,
                'application/x-ndjson': text,
                'application/zip': binary,
              },
            },
          },
        },
      },
      async (request, reply) => {
        const found = await visibleImport(dependencies.pool, request);
        if (!found.checked) throw notJudged(found);
        const { filename, contentType, content } = await findRejects(dependencies, found);
        void reply.type(contentType).header('content-disposition', `attachment; filename="${filename}"`);
        return reply.send(content);
      },
    );
    done();
  };
}

function notJudged({ status }: ImportRecord): AppError {
  const message = `The import is ${status} and its records are not judged, so none is refused yet.`;
  return new AppError('conflict', 'rejects_not_ready', message);
}
