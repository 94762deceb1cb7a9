import { type Listed, openApiClient, type Single } from './api-client.ts';
import { print, printFacts, printJson, printTable, timeText } from './output.ts';

interface Dataset {
  readonly id: string;
  readonly country: string | null;
  readonly filename: string;
  readonly status: string;
  readonly published: boolean;
  readonly years: { readonly from: number; readonly to: number } | null;
  readonly row_count: number | null;
  readonly error_count: number | null;
  readonly uploaded_at: string;
}

interface RecordError {
  readonly entry: string | null;
  readonly line_start: number | null;
  readonly code: string;
  readonly field: string | null;
  readonly value: string | null;
  readonly message: string;
}

interface ListOptions {
  readonly country?: string;
  readonly status?: string;
  readonly deleted?: true;
  readonly limit: string;
  readonly json?: true;
}

interface Json {
  readonly json?: true;
}

export async function listCountriesCommand({ json }: Json): Promise<void> {
  const answer = await openApiClient().get<Listed<Record<string, string | null>>>('/v1/countries', {
    limit: 1000,
  });
  if (json) return printJson(answer);
  const rows = answer.data.map(({ code, name, attribution, licence }) => ({
    code,
    name,
    attribution,
    licence,
  }));
  printTable(rows, 'There are no countries.');
}

export async function listDatasetsCommand({ json, ...filters }: ListOptions): Promise<void> {
  const answer = await openApiClient().get<Listed<Dataset>>('/v1/datasets', filters);
  if (json) return printJson(answer);
  const rows = answer.data.map((dataset) => ({
    id: dataset.id,
    country: dataset.country,
    file: dataset.filename,
    status: dataset.status === 'completed' && dataset.published ? 'published' : dataset.status,
    years: yearsText(dataset.years),
    rows: dataset.row_count,
    refused: dataset.error_count,
    uploaded: timeText(dataset.uploaded_at),
  }));
  printTable(rows, 'There are no datasets. "affirm-name import FILE --country US" makes one.');
}

export async function showDatasetCommand(id: string, { json }: Json): Promise<void> {
  const answer = await openApiClient().get<Single<Record<string, unknown>>>(path(id));
  if (json) printJson(answer);
  else printFacts(answer.data);
}

/** What a dataset changes, or a dry run would change. */
export async function datasetDiffCommand(
  id: string,
  { json, limit, kind }: Json & { readonly limit: string; readonly kind?: string },
): Promise<void> {
  const answer = await openApiClient().get<Listed<Record<string, string | number | null>>>(
    `${path(id)}/diff`,
    { limit, ...(kind !== undefined && { kind }) },
  );
  if (json) return printJson(answer);
  const rows = answer.data.map(({ area, year, gender, name, kind: what, count_before, count, ...ranks }) => ({
    area,
    year,
    gender,
    name,
    what,
    before: count_before,
    now: count,
    'rank before': ranks['rank_before'],
    'rank now': ranks['rank'],
  }));
  printTable(rows, 'No name of the slices that were there before changes.');
  if (answer.meta.next_cursor !== null) print('\nand more; --limit shows up to 1000, GET …/diff all');
}

export async function datasetErrorsCommand(
  id: string,
  { json, limit }: Json & { readonly limit: string },
): Promise<void> {
  const answer = await openApiClient().get<Listed<RecordError>>(`${path(id)}/errors`, { limit });
  if (json) return printJson(answer);
  const rows = answer.data.map(({ entry, line_start, code, field, value, message }) => ({
    ...(answer.data.some((error) => error.entry !== null) && { file: entry }),
    line: line_start,
    code,
    field,
    value: value === null ? null : JSON.stringify(value),
    message,
  }));
  printTable(rows, 'No record was refused.');
  const more = (answer.meta.total ?? 0) - rows.length;
  if (more > 0) print(`\nand ${more} more; --limit ${Math.min(1000, rows.length + more)} shows more of them`);
}

export async function publishDatasetCommand(id: string): Promise<void> {
  await openApiClient().send('POST', `${path(id)}/publish`);
  print(`Dataset ${id} supplies its numbers.`);
}

export async function restoreDatasetCommand(id: string): Promise<void> {
  await openApiClient().send('POST', `${path(id)}/restore`);
  print(`Dataset ${id} is back.`);
}

export async function deleteDatasetCommand(id: string): Promise<void> {
  await openApiClient().send('DELETE', path(id));
  print(`Dataset ${id} is deleted; "affirm-name datasets restore ${id}" brings it back within 30 days.`);
}

export async function reprocessDatasetCommand(
  id: string,
  { parser, reason }: { readonly parser?: string; readonly reason?: string },
): Promise<void> {
  const body = { ...(parser !== undefined && { parser }), ...(reason !== undefined && { reason }) };
  const { data } = await openApiClient().send<Single<{ job_id: string }>>(
    'POST',
    `${path(id)}/reprocess`,
    body,
  );
  print(
    `Dataset ${id} is read again by job ${data.job_id}; "affirm-name jobs show ${data.job_id}" says how far it is.`,
  );
}

function yearsText(years: Dataset['years']): string {
  if (years === null) return '–';
  return years.from === years.to ? String(years.from) : `${years.from}–${years.to}`;
}

function path(id: string): string {
  return `/v1/datasets/${encodeURIComponent(id)}`;
}
