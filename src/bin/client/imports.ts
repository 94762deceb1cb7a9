import { type Listed, openApiClient } from './api-client.ts';
import type { ImportState } from './import-content.ts';
import { print, printFacts, printJson, printTable, timeText } from './output.ts';
import { saveAnswer } from './save-answer.ts';

interface RecordError {
  readonly entry: string | null;
  readonly line_start: number | null;
  readonly code: string;
  readonly field: string | null;
  readonly value: string | null;
  readonly conflict_with: string | null;
  readonly message: string;
}

interface Json {
  readonly json?: true;
}

export async function listImportsCommand(
  options: Json & { readonly as?: string; readonly status?: string; readonly limit: string },
): Promise<void> {
  const { json, as: resource_type, ...filters } = options;
  const answer = await openApiClient().get<Listed<ImportState>>('/v1/imports', { resource_type, ...filters });
  if (json) return printJson(answer);
  const rows = answer.data.map((state) => ({
    id: state.job_id,
    records: state.resource_type,
    file: state.filename,
    status: state.status,
    read: state.total_records,
    created: state.created_count,
    updated: state.updated_count,
    refused: state.fail_count,
    begun: timeText(state.created_at),
  }));
  printTable(rows, 'There are no imports. "affirm-name import users.csv --as users" makes one.');
}

export async function showImportCommand(id: string, { json }: Json): Promise<void> {
  const { errors, ...answer } = await openApiClient().get<ImportState & { readonly errors?: unknown }>(
    path(id),
  );
  if (json) printJson({ ...answer, errors });
  else printFacts(answer);
}

export async function importErrorsCommand(
  id: string,
  { json, limit }: Json & { readonly limit: string },
): Promise<void> {
  const answer = await openApiClient().get<Listed<RecordError>>(`${path(id)}/errors`, { limit });
  if (json) return printJson(answer);
  const rows = answer.data.map(({ entry, line_start, code, field, value, conflict_with, message }) => ({
    ...(answer.data.some((error) => error.entry !== null) && { file: entry }),
    line: line_start,
    code,
    field,
    value: value === null ? null : JSON.stringify(value),
    conflict: conflict_with,
    message,
  }));
  printTable(rows, 'No record was refused.');
  const more = (answer.meta.total ?? 0) - rows.length;
  if (more > 0) print(`\nand ${more} more; --limit ${Math.min(1000, rows.length + more)} shows more of them`);
}

export function importRejectsCommand(id: string, { out }: { readonly out: string }): Promise<void> {
  return saveAnswer(openApiClient(), `${path(id)}/rejects`, out);
}

export async function cancelImportCommand(id: string): Promise<void> {
  const { status } = await command(id, 'cancel');
  print(
    status === 'canceled'
      ? `Import ${id} is canceled.`
      : `Import ${id} ends at its next batch; what it has written stays.`,
  );
}

export async function pauseImportCommand(id: string): Promise<void> {
  const { status } = await command(id, 'pause');
  print(status === 'paused' ? `Import ${id} is paused.` : `Import ${id} pauses at its next batch.`);
}

export async function resumeImportCommand(id: string): Promise<void> {
  await command(id, 'resume');
  print(`Import ${id} goes on.`);
}

function command(id: string, word: 'cancel' | 'pause' | 'resume'): Promise<ImportState> {
  return openApiClient().send<ImportState>('POST', `${path(id)}/${word}`);
}

function path(id: string): string {
  return `/v1/imports/${encodeURIComponent(id)}`;
}
