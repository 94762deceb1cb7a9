import { AppError } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import { type Listed, openApiClient } from './api-client.ts';
import { print, printFacts, printJson, printTable, timeText } from './output.ts';
import { saveAnswer } from './save-answer.ts';

interface ExportState {
  readonly job_id: string;
  readonly resource_type: string;
  readonly format: string;
  readonly status: string;
  readonly total_records: number | null;
  readonly file_size: number | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly download_url: string | null;
}

export interface ExportOptions {
  readonly format: string;
  readonly fields?: string;
  /** Filters of the resource by name. */
  readonly where?: Readonly<Record<string, string>>;
  readonly gzip?: true;
  readonly preset?: string;
  readonly escapeFormulas: boolean;
  readonly background?: true;
  readonly out: string;
}

interface Json {
  readonly json?: true;
}

/** All rows as a stream, or as a file that the server makes. */
export async function exportCommand(resource: string, options: ExportOptions): Promise<void> {
  const { format, fields, where = {}, gzip, preset, escapeFormulas, background, out } = options;
  const asked = {
    format,
    ...(gzip && { compression: 'gzip' }),
    ...(preset !== undefined && { preset }),
  };
  if (!background) {
    const query = new URLSearchParams({
      resource,
      ...asked,
      ...(fields !== undefined && { fields }),
      ...(!escapeFormulas && { escape_formulas: 'false' }),
      ...where,
    });
    return saveAnswer(openApiClient(), `/v1/exports?${query.toString()}`, out);
  }
  const { job_id: id } = await openApiClient().send<ExportState>('POST', '/v1/exports', {
    idempotency_key: newId(),
    resource_type: resource,
    ...asked,
    ...(fields !== undefined && { fields: fields.split(',') }),
    ...(!escapeFormulas && { escape_formulas: false }),
    filters: where,
  });
  process.stderr.write(`"affirm-name exports download ${id}" fetches the file when it is made.\n`);
  print(id);
}

export async function listExportsCommand({ json, limit }: Json & { readonly limit: string }): Promise<void> {
  const answer = await openApiClient().get<Listed<ExportState>>('/v1/exports', { limit });
  if (json) return printJson(answer);
  const rows = answer.data.map((state) => ({
    id: state.job_id,
    records: state.resource_type,
    format: state.format,
    status: state.status,
    written: state.total_records,
    bytes: state.file_size,
    begun: timeText(state.created_at),
    'kept until': timeText(state.expires_at),
  }));
  printTable(rows, 'There are no exports. "affirm-name export users --background" makes one.');
}

export async function showExportCommand(id: string, { json }: Json): Promise<void> {
  const answer = await openApiClient().get<ExportState>(path(id));
  if (json) printJson(answer);
  else printFacts(answer as unknown as Record<string, unknown>);
}

export async function downloadExportCommand(id: string, { out }: { readonly out?: string }): Promise<void> {
  const api = openApiClient();
  const { status, download_url: file } = await api.get<ExportState>(path(id));
  if (file === null) throw new AppError('conflict', 'export_not_ready', `Export ${id} is ${status}.`);
  await saveAnswer(api, file, out ?? file.slice(file.lastIndexOf('/') + 1));
}

export async function cancelExportCommand(id: string): Promise<void> {
  await openApiClient().send('POST', `${path(id)}/cancel`);
  print(`Export ${id} is canceled.`);
}

function path(id: string): string {
  return `/v1/exports/${encodeURIComponent(id)}`;
}
