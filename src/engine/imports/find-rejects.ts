import type { Pool } from '#platform/postgres/database.ts';
import type { ReadDependencies } from './import-file.ts';
import type { ImportRecord } from './import-job.query.ts';
import type { Resource } from './resource.ts';
import { openRejects, type Rejects } from './write-rejects.ts';

/** Where the refused records of an upload lie whose original is removed. */
export function rejectsKey(importId: string): string {
  return `imports/${importId}/rejects`;
}

/**
 * The refused records of a judged import: read out of its upload, or as they were put aside before that was removed.
 * Throws AppError not_found `file_not_found` where there is neither.
 */
export async function findRejects(
  dependencies: ReadDependencies & { readonly pool: Pool; readonly resources: readonly Resource[] },
  found: ImportRecord,
): Promise<Rejects> {
  const { no, id, report_no: reportNo, format, filename, options } = found;
  if (found.file_key === null || found.file_deleted_at !== null) {
    return { ...formOf(found), content: await dependencies.files.read(rejectsKey(id)) };
  }
  const resource = dependencies.resources.find(({ name }) => name === found.resource_type) as Resource;
  const file = { id, fileKey: found.file_key, filename: filename ?? '', format, mapping: options.mapping };
  // A reader that leaves ends the reading by itself.
  return openRejects(dependencies, { ...file, no, reportNo }, resource, new AbortController().signal);
}

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
  ndjson: 'application/x-ndjson',
};

function formOf({ detected, format }: ImportRecord): Pick<Rejects, 'filename' | 'contentType'> {
  const { files = [] } = (detected ?? {}) as { files?: readonly { format: keyof typeof TYPES }[] };
  if (files.length > 1) return { filename: 'rejects.zip', contentType: 'application/zip' };
  const kind = files[0]?.format ?? format ?? 'csv';
  return { filename: `rejects.${kind}`, contentType: TYPES[kind] };
}
