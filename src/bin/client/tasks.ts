import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import { ToldError } from '../failure.ts';
import { type ApiClient, type Listed, openApiClient, type Single } from './api-client.ts';
import { type Followed, follow, printFirstErrors } from './import-files.ts';
import { countText, print, printFacts, printJson, printTable, timeText } from './output.ts';
import { createProgressLine } from './progress-line.ts';
import { saveAnswer } from './save-answer.ts';
import { uploadFile } from './upload-file.ts';

interface TaskState extends Followed {
  readonly task_id: string;
  readonly operation: string;
  readonly filename: string;
  readonly records_read: number | null;
  readonly records_written: number | null;
  readonly records_rejected: number | null;
  readonly records_left_out: Readonly<Record<string, number>> | null;
  readonly result_filename: string | null;
  readonly result_size: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly created_at: string;
}

interface RunOptions {
  readonly operation: string;
  /** JSON, or `@FILE` with it. */
  readonly options?: string;
  readonly input?: string;
  readonly with?: string;
  readonly withInput?: string;
  readonly out?: string;
  readonly wait: boolean;
}

interface Json {
  readonly json?: true;
}

/** Sends a file, waits for the end of the task and fetches its result. */
export async function runTaskCommand(file: string, options: RunOptions): Promise<void> {
  const api = openApiClient();
  const progress = createProgressLine(basename(file), process.stderr);
  const fields = {
    operation: options.operation,
    options: await jsonOf(options.options, '--options'),
    input: await jsonOf(options.input, '--input'),
    input2: await jsonOf(options.withInput, '--with-input'),
  };
  const { data } = await uploadFile<Single<{ task_id: string }>>(api, {
    path: '/v1/tasks',
    headers: { 'idempotency-key': newId() },
    file,
    second: options.with === undefined ? undefined : { part: 'file2', file: options.with },
    fields,
    onSent: (sent, total) => progress.show('sending', sent, total, ''),
  });
  const { task_id: id } = data;
  if (!options.wait) {
    progress.clear();
    process.stderr.write(`"affirm-name task result ${id}" fetches the result when it is there.\n`);
    return print(id);
  }
  const state = await follow(() => find(api, id), progress);
  progress.clear();
  await tellEnd(api, state);
  await saveAnswer(api, `${path(id)}/result`, outOf(state, options.out));
}

/** For people, on standard error: the result may go to standard output. */
async function tellEnd(api: ApiClient, state: TaskState): Promise<void> {
  const { task_id: id, status, records_read: read, records_rejected: rejected, error_code: code } = state;
  if (status !== 'COMPLETED') {
    throw new ToldError(
      `Task ${id}: ${status}. ${code === null ? '' : `${code}: ${state.error_message ?? ''}`}`,
    );
  }
  const left = Object.entries(state.records_left_out ?? {}).map(
    ([reason, count]) => `${countText(count)} ${reason}`,
  );
  const counts = [
    `${countText(state.records_written ?? 0)} written`,
    ...left,
    `${countText(rejected ?? 0)} refused`,
  ];
  process.stderr.write(`${countText(read ?? 0)} records: ${counts.join(', ')}; task ${id}\n`);
  if (rejected === null || rejected === 0) return;
  const command = `affirm-name task errors ${id}`;
  await printFirstErrors(api, {
    path: `${path(id)}/errors`,
    refused: rejected,
    command,
    stream: process.stderr,
  });
}

export async function listTasksCommand(
  options: Json & { readonly status?: string; readonly operation?: string; readonly limit: string },
): Promise<void> {
  const { json, status, ...filters } = options;
  const answer = await openApiClient().get<Listed<TaskState>>('/v1/tasks', {
    ...filters,
    status: status?.toUpperCase(),
  });
  if (json) return printJson(answer);
  const rows = answer.data.map((state) => ({
    id: state.task_id,
    operation: state.operation,
    file: state.filename,
    status: state.status,
    read: state.records_read,
    written: state.records_written,
    refused: state.records_rejected,
    bytes: state.result_size,
    begun: timeText(state.created_at),
  }));
  printTable(rows, 'There are no tasks. "affirm-name task run people.csv --operation select" makes one.');
}

export async function showTaskCommand(id: string, { json }: Json): Promise<void> {
  const answer = await openApiClient().get<Single<Record<string, unknown>>>(path(id));
  if (json) printJson(answer);
  else printFacts(answer.data);
}

export async function taskResultCommand(id: string, { out }: { readonly out?: string }): Promise<void> {
  const api = openApiClient();
  await saveAnswer(api, `${path(id)}/result`, outOf(await find(api, id), out));
}

export async function taskErrorsCommand(id: string, { limit }: { readonly limit: string }): Promise<void> {
  await saveAnswer(openApiClient(), `${path(id)}/errors.csv?limit=${encodeURIComponent(limit)}`, '-');
}

export function taskRejectsCommand(id: string, { out }: { readonly out: string }): Promise<void> {
  return saveAnswer(openApiClient(), `${path(id)}/rejects`, out);
}

export async function cancelTaskCommand(id: string): Promise<void> {
  const { data } = await openApiClient().send<Single<TaskState>>('POST', `${path(id)}/cancel`);
  print(data.status === 'CANCELED' ? `Task ${id} is canceled.` : `Task ${id} ends where it is.`);
}

export async function retryTaskCommand(id: string): Promise<void> {
  await openApiClient().send('POST', `${path(id)}/retry`);
  print(`Task ${id} is queued again.`);
}

export async function listOperationsCommand({ json }: Json): Promise<void> {
  const answer =
    await openApiClient().get<Listed<{ id: string; summary: string; options: object }>>('/v1/operations');
  if (json) return printJson(answer);
  const rows = answer.data.map(({ id, summary, options }) => ({
    id,
    summary,
    options: Object.keys((options as { properties?: object }).properties ?? {}).join(', '),
  }));
  printTable(rows, 'There are no operations.');
}

async function find(api: ApiClient, id: string): Promise<TaskState> {
  return (await api.get<Single<TaskState>>(path(id))).data;
}

/** As the server calls the result, in the current folder, unless something else is said. */
function outOf({ result_filename: name }: TaskState, out: string | undefined): string {
  return out ?? basename(name ?? 'result');
}

async function jsonOf(text: string | undefined, option: string): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const json = text.startsWith('@') ? await readFile(text.slice(1), 'utf8') : text;
  try {
    return JSON.stringify(JSON.parse(json));
  } catch (error) {
    const message = `${option} is no JSON: ${(error as Error).message}`;
    throw new AppError('invalid', 'invalid_options', message, undefined, { cause: error });
  }
}

function path(id: string): string {
  return `/v1/tasks/${encodeURIComponent(id)}`;
}
