import type { Readable } from 'node:stream';
import { AppError } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { ExportPlan } from './export-plan.query.ts';
import type { ExportTerms } from './export-source.query.ts';
import { endSessionsNamed } from './sessions.query.ts';
import { exportFlow } from './write-export.ts';

/** An export on its way to a client. */
interface OpenedExport {
  readonly bytes: Readable;
  /** Undefined: its rows have no licences. */
  readonly terms: ExportTerms | undefined;
}

/** Sends exports to clients, each over a connection to the database of its own. */
export interface ExportStreams {
  /**
   * The bytes of an export, once it is known whose rows they are. A reader that goes away ends the query; a failure after the first byte cuts the bytes off.
   * Throws AppError unavailable `too_many_exports`.
   */
  open(plan: ExportPlan, gzipLevel: number | undefined): Promise<OpenedExport>;
}

export function createExportStreams(options: {
  readonly pool: Pool;
  readonly log: Logger;
  /** More would take the connections of all other requests. */
  readonly atOnce: number;
}): ExportStreams {
  const { pool, log, atOnce } = options;
  let open = 0;

  async function send(plan: ExportPlan, gzipLevel: number | undefined, opened: Opened): Promise<void> {
    const applicationName = `export ${newId()}`;
    const flow = exportFlow(plan, gzipLevel);
    try {
      await pool.session(
        (session) => flow.run(session, (terms) => opened.resolve({ bytes: flow.bytes, terms })),
        { applicationName },
      );
    } catch (error) {
      const hasLeft = flow.bytes.destroyed && flow.bytes.errored === null;
      if (!hasLeft) log.warn({ err: error }, 'an export was cut off');
      opened.reject(error);
      // A query that has no row to send yet does not notice that its connection is gone.
      await endSessionsNamed(pool, applicationName);
    }
  }

  return {
    async open(plan, gzipLevel) {
      if (open >= atOnce) throw tooManyExports(atOnce);
      open++;
      const opened = Promise.withResolvers<OpenedExport>();
      send(plan, gzipLevel, opened)
        .catch((error: unknown) => log.warn({ err: error }, 'an export could not be ended'))
        .finally(() => open--);
      return opened.promise;
    },
  };
}

type Opened = ReturnType<typeof Promise.withResolvers<OpenedExport>>;

function tooManyExports(atOnce: number): AppError {
  const message = `${atOnce} exports are being sent already. Try again soon, or have a file made by POST /v1/exports.`;
  return new AppError('unavailable', 'too_many_exports', message);
}
