import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { isUnchanged, sendUnchanged } from '#platform/http/etag.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { type ByteRange, requestedRange } from './byte-range.ts';
import { DatasetParams, NO_SUCH_DATASET } from './dataset-view.ts';
import { visibleDataset } from './visible-dataset.ts';

const content = {
  'application/octet-stream': { schema: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) },
};

/** The original bytes of a dataset, whole or a range of them. */
export function datasetFileRoute(pool: Pool, files: FileStore): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/v1/datasets/:id/file',
      {
        config: { access: 'viewer', example: NO_SUCH_DATASET },
        // The bytes themselves: a gzip file that is called an encoding would arrive unpacked.
        compress: false,
        schema: {
          summary: 'The original file, byte for byte',
          description: 'Takes `Range` (206, 416), `If-Range` and `If-None-Match`.',
          tags: ['datasets'],
          params: DatasetParams,
          response: {
            200: { description: 'All bytes', content },
            206: { description: 'The bytes that were asked for', content },
          },
        },
      },
      async (request, reply) => {
        const dataset = await visibleDataset(pool, request);
        const { file_size: size, file_path: key, filename, checksum } = dataset;
        const etag = `"${checksum}"`;
        const facts = { etag, maxAgeSeconds: 0, scope: 'private' } as const;
        if (isUnchanged(request, reply, facts)) return sendUnchanged(reply);
        void reply
          .type('application/octet-stream')
          .header('accept-ranges', 'bytes')
          .header('content-disposition', attachment(filename));
        const range = rangeOf(request, etag, size);
        if (range === 'unsatisfiable') return refuseRange(reply, size);
        const { start, end } = range ?? { start: 0, end: size };
        void reply.header('content-length', end - start);
        if (range) {
          void reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${size}`);
        }
        return reply.send(await files.read(key, { start, end }));
      },
    );
    done();
  };
}

/** A range of another version of the file is no range of this one. */
function rangeOf(
  { headers }: FastifyRequest,
  etag: string,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  return requestedRange(headers.range, size);
}

function refuseRange(reply: FastifyReply, size: number): never {
  void reply.removeHeader('content-disposition').removeHeader('content-type');
  return reply.code(416).header('content-range', `bytes */${size}`).send() as never;
}

/** RFC 6266: an ASCII form for old clients and the exact name for all others. */
function attachment(filename: string): string {
  const ascii = filename.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(filename).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`;
}
