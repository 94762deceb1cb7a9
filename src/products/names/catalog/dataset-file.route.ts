import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FileStore } from '#platform/files/file-store.ts';
import { AppError } from '#platform/errors.ts';
import { FILE_ANSWERS, sendFile } from '#platform/http/send-file.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { DatasetParams, NO_SUCH_DATASET } from './dataset-view.ts';
import { visibleDataset } from './visible-dataset.ts';

/** The original bytes of a dataset, whole or a range of them. */
export function datasetFileRoute(pool: Pool, files: FileStore): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/v1/datasets/:id/file',
      {
        config: { access: 'viewer', example: NO_SUCH_DATASET },
        compress: false,
        schema: {
          summary: 'The original file, byte for byte',
          description: 'Takes `Range` (206, 416), `If-Range` and `If-None-Match`.',
          tags: ['datasets'],
          params: DatasetParams,
          response: FILE_ANSWERS,
        },
      },
      async (request, reply) => {
        const dataset = await visibleDataset(pool, request);
        const { file_path: key, file_size: size, checksum: sha256, filename } = dataset;
        if (key === null || size === null || sha256 === null) throw notFetched(dataset.id);
        return sendFile(request, reply, files, {
          key,
          size,
          sha256,
          filename,
          contentType: 'application/octet-stream',
        });
      },
    );
    done();
  };
}

function notFetched(id: string): AppError {
  const message = `The file of dataset ${id} was not fetched from its address. GET /v1/datasets/${id} says why.`;
  return new AppError('not_found', 'file_not_found', message);
}
