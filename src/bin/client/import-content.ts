import { newId } from '#platform/ids.ts';
import type { ApiClient } from './api-client.ts';
import { type Followed, type ImportWay, printFirstErrors } from './import-files.ts';
import { countText, print } from './output.ts';
import { isAddress, sendAddress } from './send-address.ts';
import { uploadFile } from './upload-file.ts';

export interface ContentImportOptions {
  readonly format?: string;
  readonly mode?: string;
  readonly onConflict?: string;
  /** Column of the file → field. */
  readonly mapping?: Readonly<Record<string, string>>;
  readonly after?: string;
  readonly parent?: string;
  readonly maxErrors?: string;
  readonly maxErrorRatio?: string;
  readonly dryRun?: true;
  readonly strict?: true;
}

export interface ImportState extends Followed {
  readonly job_id: string;
  readonly resource_type: string;
  readonly format: string | null;
  readonly filename: string | null;
  readonly dry_run: boolean;
  readonly total_records: number | null;
  readonly created_count: number;
  readonly updated_count: number;
  readonly unchanged_count: number;
  readonly skipped_count: number;
  readonly fail_count: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly created_at: string;
}

/** Files of records of one resource, e.g. users; a file may be an address that the server fetches. */
export function contentImport(resource: string, options: ContentImportOptions): ImportWay<ImportState> {
  const fields = { resource_type: resource, ...fieldsOf(options) };
  return {
    probe: '/v1/imports',
    noun: 'import',
    async send(api, file, onSent) {
      const headers = { 'idempotency-key': newId() };
      const path = '/v1/imports';
      const { job_id } = isAddress(file)
        ? await sendAddress<Accepted>(api, { path, headers, body: { ...typed(fields), url: file } })
        : await uploadFile<Accepted>(api, { path, headers, file, fields, onSent });
      return job_id;
    },
    find: (api, id) => api.get<ImportState>(`/v1/imports/${id}`),
    outcome: (state) => `${countsOf(state)}; ${endOf(state)}`,
    async tell(api, id, state) {
      await printDetails(api, id, state);
      return state.status === 'completed' && !(options.strict && state.fail_count > 0);
    },
  };
}

interface Accepted {
  readonly job_id: string;
}

function fieldsOf(options: ContentImportOptions) {
  return {
    format: options.format,
    mode: options.mode,
    on_conflict: options.onConflict,
    mapping: options.mapping && JSON.stringify(options.mapping),
    after: options.after,
    parent_id: options.parent,
    max_errors: options.maxErrors,
    max_error_ratio: options.maxErrorRatio,
    dry_run: options.dryRun && 'true',
  };
}

/** The fields of a form as JSON has them. */
function typed(fields: ReturnType<typeof fieldsOf>): object {
  const { mapping, max_errors, max_error_ratio, dry_run, ...texts } = fields;
  return {
    ...texts,
    ...(mapping !== undefined && { mapping: JSON.parse(mapping) as object }),
    ...(max_errors !== undefined && { max_errors: Number(max_errors) }),
    ...(max_error_ratio !== undefined && { max_error_ratio: Number(max_error_ratio) }),
    ...(dry_run !== undefined && { dry_run: true }),
  };
}

/** Every kind of end that records had. */
function countsOf(state: ImportState): string {
  const ends = [
    [state.created_count, 'created'],
    [state.updated_count, 'updated'],
    [state.unchanged_count, 'unchanged'],
    [state.skipped_count, 'skipped'],
    [state.fail_count, 'refused'],
  ] as const;
  const told = ends
    .filter(([count, end]) => count > 0 || end === 'created' || end === 'refused')
    .map(([count, end]) => `${countText(count)} ${end}`);
  return `${countText(state.total_records ?? 0)} records: ${told.join(', ')}`;
}

function endOf(state: ImportState): string {
  const { status, error_code: code, error_message: message, job_id: id } = state;
  if (status === 'completed') return state.dry_run ? 'a dry run, so nothing was kept' : `import ${id}`;
  return [`${status}, import ${id}`, ...(code ? [`${code}: ${message ?? ''}`] : [])].join(', ');
}

async function printDetails(api: ApiClient, id: string, state: ImportState): Promise<void> {
  const { fail_count: refused, warnings } = state;
  if (refused > 0) {
    const command = `affirm-name imports errors ${id}`;
    await printFirstErrors(api, { path: `/v1/imports/${id}/errors`, refused, command });
    print(`  to mend them: affirm-name imports rejects ${id} --out rejects.${state.format ?? 'csv'}`);
  }
  for (const { code, message } of warnings) print(`  warning ${code}: ${message}`);
}
