import { type Listed, openApiClient, type Single } from './api-client.ts';
import { print, printFacts, printJson, printTable, timeText } from './output.ts';

interface Job {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly phase: string | null;
  readonly attempts: number;
  readonly progress: { readonly records_done: number };
  readonly created_at: string;
  readonly last_error: string | null;
}

export async function listJobsCommand(options: {
  readonly status?: string;
  readonly type?: string;
  readonly limit: string;
  readonly json?: true;
}): Promise<void> {
  const { json, ...filters } = options;
  const answer = await openApiClient().get<Listed<Job>>('/v1/jobs', filters);
  if (json) return printJson(answer);
  const rows = answer.data.map((job) => ({
    id: job.id,
    type: job.type,
    status: job.status,
    phase: job.phase,
    records: job.progress.records_done,
    attempts: job.attempts,
    created: timeText(job.created_at),
    error: job.last_error,
  }));
  printTable(rows, 'There are no jobs.');
}

export async function showJobCommand(id: string, { json }: { readonly json?: true }): Promise<void> {
  const answer = await openApiClient().get<Single<Record<string, unknown>>>(path(id));
  if (json) printJson(answer);
  else printFacts(answer.data);
}

export async function cancelJobCommand(id: string): Promise<void> {
  const { data } = await openApiClient().send<Single<Job>>('POST', `${path(id)}/cancel`);
  print(data.status === 'canceled' ? `Job ${id} is canceled.` : `Job ${id} ends at its next batch.`);
}

export async function retryJobCommand(id: string): Promise<void> {
  await openApiClient().send('POST', `${path(id)}/retry`);
  print(`Job ${id} is queued again.`);
}

function path(id: string): string {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}
