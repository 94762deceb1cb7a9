import { Agent, request } from 'node:http';
import { drawQuestions, type Question, type Subjects } from './questions.ts';

/** How a kind of question was answered; times in milliseconds. */
interface KindResult {
  readonly kind: string;
  readonly requests: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

export interface LoadResult {
  readonly clients: number;
  readonly seconds: number;
  readonly requests: number;
  readonly errors: readonly string[];
  readonly total: KindResult;
  readonly kinds: readonly KindResult[];
}

export interface Load {
  readonly url: string;
  readonly clients: number;
  readonly seconds: number;
  readonly seed: number;
  readonly subjects: Subjects;
  readonly only?: string | undefined;
}

/** Keeps `clients` connections busy with questions, each waiting for its answer before it asks again. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.clients });
  const times = new Map<string, number[]>();
  const errors: string[] = [];
  const started = performance.now();
  const end = started + load.seconds * 1000;

  async function client(number: number): Promise<void> {
    for (const question of drawQuestions(load.subjects, load.seed * 1000 + number, load.only)) {
      if (performance.now() >= end) return;
      const asked = performance.now();
      const problem = await ask(agent, load.url, question);
      if (problem) errors.push(problem);
      const list = times.get(question.kind);
      if (list) list.push(performance.now() - asked);
      else times.set(question.kind, [performance.now() - asked]);
    }
  }

  await Promise.all(Array.from({ length: load.clients }, (_, number) => client(number)));
  agent.destroy();
  const kinds = [...times].map(([kind, list]) => summarize(kind, list));
  return {
    clients: load.clients,
    seconds: (performance.now() - started) / 1000,
    requests: kinds.reduce((sum, { requests }) => sum + requests, 0),
    errors,
    total: summarize('all', [...times.values()].flat()),
    kinds: kinds.sort((a, b) => b.p99 - a.p99),
  };
}

/** Undefined for a good answer; 404 is one: some names are drawn that an area does not list. */
function ask(agent: Agent, url: string, { path }: Question): Promise<string | undefined> {
  return new Promise((resolve) => {
    const sent = request(`${url}${path}`, { agent }, (response) => {
      response.on('end', () =>
        resolve(
          response.statusCode === 200 || response.statusCode === 404
            ? undefined
            : `${response.statusCode} ${path}`,
        ),
      );
      response.resume();
    });
    sent.on('error', (error) => resolve(`${error.message} ${path}`));
    sent.end();
  });
}

function summarize(kind: string, times: number[]): KindResult {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { kind, requests: sorted.length, p50: at(0.5), p99: at(0.99), worst: at(1) };
}
