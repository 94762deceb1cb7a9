import { openConnection } from './connection.ts';
import { drawQuestions, type Places } from './questions.ts';

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
  readonly places: Places;
  readonly only?: string | undefined;
}

/** Keeps `clients` connections busy with questions, each waiting for its answer before it asks again. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const times = new Map<string, number[]>();
  const errors: string[] = [];
  const started = performance.now();
  const end = started + load.seconds * 1000;

  async function client(number: number): Promise<void> {
    const connection = await openConnection(load.url);
    for (const { kind, path } of drawQuestions(load.places, load.seed * 1000 + number, load.only)) {
      if (performance.now() >= end) break;
      const asked = performance.now();
      const status = await connection.get(path);
      // 404 is an answer too: some names are drawn that an area does not list.
      if (status !== 200 && status !== 404) errors.push(`${status} ${path}`);
      const list = times.get(kind);
      if (list) list.push(performance.now() - asked);
      else times.set(kind, [performance.now() - asked]);
    }
    connection.close();
  }

  await Promise.all(Array.from({ length: load.clients }, (_, number) => client(number)));
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

function summarize(kind: string, times: number[]): KindResult {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { kind, requests: sorted.length, p50: at(0.5), p99: at(0.99), worst: at(1) };
}
