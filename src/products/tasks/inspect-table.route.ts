import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { receiveUpload } from '#platform/http/receive-upload.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import { newId } from '#platform/ids.ts';
import type { CreateTaskDependencies } from './create-task.route.ts';
import { describeTable } from './table/describe-table.ts';
import { type OpenedFile, openTable } from './table/open-table.ts';
import { uploadKeys } from './task-files.ts';
import { InspectForm, inspectExample, readInspectForm } from './task-form.ts';

const Text = Nullable(Type.String());

const InspectionView = Type.Object({
  filename: Type.String(),
  file_size: Type.Number(),
  checksum: Type.String({ description: 'SHA-256 of the bytes' }),
  kind: OneOf(['plain', 'gzip', 'zip', 'workbook']),
  part: Type.String({ description: 'The file of the archive or the sheet that the rest is about' }),
  format: OneOf(['csv', 'ndjson', 'json', 'sheet']),
  encoding: Type.String(),
  encoding_evidence: Type.String(),
  byte_order_mark: Type.Boolean(),
  separator: Text,
  quote: Text,
  line_break: OneOf(['LF', 'CRLF', 'CR']),
  has_header: Type.Boolean(),
  preamble: Type.Integer({ description: 'Title lines before the header' }),
  columns: Type.Array(Type.String()),
  first_rows: Type.Array(Type.Array(Type.String())),
  estimated_records: Nullable(
    Type.Integer({ description: 'From the first 64 KiB; exact for shorter files, null where nothing tells' }),
  ),
});
const InspectionAnswer = Type.Object({ data: InspectionView, meta: Type.Object({}) });

const SHOWN_ROWS = 10;
const SHOWN_CHARACTERS = 200;

/** `POST /v1/tasks/inspect`: what a file is, before anything is done with it. */
export function inspectTableRoute(dependencies: CreateTaskDependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.post(
      '/v1/tasks/inspect',
      {
        config: {
          access: 'viewer',
          scope: 'tasks:write',
          multipart: InspectForm,
          example: inspectExample,
        },
        schema: {
          summary: 'Say how a file would be read: columns, format, first rows; keeps nothing',
          tags: ['tasks'],
          response: { 200: InspectionAnswer },
        },
      },
      async (request) => ({ data: await inspect(dependencies, request), meta: {} }),
    );
    done();
  };
}

async function inspect(
  { files, limits, maxUploadBytes }: CreateTaskDependencies,
  request: FastifyRequest,
): Promise<Static<typeof InspectionView>> {
  // Swept like an upload without a task, should the process die on the way.
  const { first: key } = uploadKeys(newId());
  const maxBytes = maxUploadBytes(request.caller);
  const { filename, size, sha256, fields } = await receiveUpload(request, { files, key, maxBytes });
  try {
    const { input = {} } = readInspectForm(fields);
    const file = await openTable({ files, limits }, { key, filename, input });
    await file.close();
    return {
      filename,
      file_size: size,
      checksum: sha256,
      ...describeTable(file),
      columns: file.head.columns.map(shortened),
      first_rows: file.rows.slice(0, SHOWN_ROWS).map((row) => row.map(shortened)),
      estimated_records: estimate(file),
    } as Static<typeof InspectionView>;
  } finally {
    await files.delete(key);
  }
}

function estimate({ source: { size }, sampleBytes, sampleRecords, isWhole }: OpenedFile): number | null {
  if (isWhole) return sampleRecords;
  if (size === null || sampleBytes === 0) return null;
  return Math.round((size / sampleBytes) * sampleRecords);
}

function shortened(text: string): string {
  return text.slice(0, SHOWN_CHARACTERS).toWellFormed().replaceAll('\0', '\u2400');
}
