import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { AppError, notFound } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { FILE_ANSWERS, sendFile } from '#platform/http/send-file.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { answerJobEvents } from '../jobs/answer-job-events.ts';
import type { JobDefinitions } from '../jobs/define-job.ts';
import { cancelJob } from '../jobs/job-commands.ts';
import { createJobWatch } from '../jobs/job-watch.ts';
import { findJob } from '../jobs/jobs.query.ts';
import { contentType, fileExtension } from './export-format.ts';
import { type ExportRecord, findExport, findExportByFilename } from './export-job.query.ts';
import { ExportParams, ExportView, NO_SUCH_EXPORT, viewExport } from './export-view.ts';
import { tellTerms } from './terms-headers.ts';
import { isVisible, visibleExport } from './visible-export.ts';

export interface ExportFileDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly definitions: JobDefinitions;
  readonly log: Logger;
}

type App = Parameters<FastifyPluginCallbackTypebox>[0];
const tags = ['exports'];
const read = { access: 'admin', scope: 'exports:read' } as const;

/** Exports into files: how they get on, their end, and the files. */
export function exportJobRoutes(dependencies: ExportFileDependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    showRoute(app, dependencies);
    cancelRoute(app, dependencies);
    eventsRoute(app, dependencies);
    fileRoute(app, dependencies);
    done();
  };
}

function showRoute(app: App, { pool }: ExportFileDependencies): void {
  app.get(
    '/v1/exports/:id',
    {
      config: { ...read, example: NO_SUCH_EXPORT },
      schema: {
        summary: 'One export into a file',
        tags,
        params: ExportParams,
        response: { 200: ExportView },
      },
    },
    async (request) => viewExport(pool, await visibleExport(pool, request)),
  );
}

function cancelRoute(app: App, { pool, definitions }: ExportFileDependencies): void {
  app.post(
    '/v1/exports/:id/cancel',
    {
      config: { ...read, example: NO_SUCH_EXPORT },
      schema: {
        summary: 'Cancel an export into a file',
        tags,
        params: ExportParams,
        response: { 202: ExportView },
      },
    },
    async (request, reply) => {
      const { id } = await visibleExport(pool, request);
      await cancelJob(pool, definitions, id, request.caller.keyId);
      const found = await findExport(pool, id);
      if (!found) throw notFound('export', id);
      void reply.code(202).header('location', `/v1/exports/${id}`).header('retry-after', '1');
      return viewExport(pool, found);
    },
  );
}

function eventsRoute(app: App, { pool, log }: ExportFileDependencies): void {
  const watch = createJobWatch(pool, log);
  app.get(
    '/v1/exports/:id/events',
    {
      config: { ...read, example: NO_SUCH_EXPORT },
      schema: {
        summary: 'How an export gets on, as server-sent events',
        description: 'The events of its job until that ended; resumes by `Last-Event-ID`.',
        tags,
        produces: ['text/event-stream'],
        params: ExportParams,
      },
    },
    async (request, reply) => {
      const { id } = await visibleExport(pool, request);
      const job = await findJob(pool, id);
      if (!job) throw notFound('job of export', id);
      return answerJobEvents(request, reply, job, watch);
    },
  );
}

function fileRoute(app: App, { pool, files }: ExportFileDependencies): void {
  app.get(
    '/exports/:filename',
    {
      config: { ...read, example: { params: { filename: 'users-no-such-file.csv' }, status: 404 } },
      compress: false,
      schema: {
        summary: 'The file of an export',
        description:
          'Takes `Range` (206, 416), `If-Range` and `If-None-Match`; 410 `export_expired` when it is gone.',
        tags,
        params: Type.Object({ filename: Type.String({ maxLength: 200 }) }),
        response: FILE_ANSWERS,
      },
    },
    async (request, reply) => {
      const { filename } = request.params;
      const found = await findExportByFilename(pool, filename);
      if (!found || !isVisible(found, request.caller) || found.status !== 'completed') {
        throw notFound('file of an export', filename);
      }
      const { fileKey, size, sha256 } = fileOf(found);
      tellTerms(reply, found.sources ? { sources: found.sources, leftOut: found.left_out ?? [] } : undefined);
      const form = { format: found.format, compression: found.options.compression };
      return sendFile(request, reply, files, {
        key: fileKey,
        size,
        sha256,
        filename: `${found.resource_type}${fileExtension(form)}`,
        contentType: contentType(form),
      });
    },
  );
}

function fileOf({ file_key: fileKey, file_size: size, sha256, has_expired: hasExpired }: ExportRecord): {
  readonly fileKey: string;
  readonly size: number;
  readonly sha256: string;
} {
  if (fileKey === null || size === null || sha256 === null || hasExpired) {
    throw new AppError('gone', 'export_expired', 'The file is no longer kept. Export once more.');
  }
  return { fileKey, size, sha256 };
}
