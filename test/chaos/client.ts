import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import type { Random } from '#test/support/random.ts';
import type { Item } from './work.ts';

/** Longer than the lease of a key that a killed API has left behind, and of what an outage may take. */
const ANSWERED_WITHIN_MS = 240_000;
const ANSWER_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 2_000;
const BOUNDARY = 'affirm-name-chaos-3b1c';
const ENDED = new Set(['completed', 'failed', 'canceled']);

// oxlint-disable-next-line typescript/no-explicit-any
export type View = any;

/** A caller who asks one API or the other, and again when nobody answers. */
export interface Client {
  /** Sends it until it is taken; answers the id. */
  send(item: Item, after?: string): Promise<string>;
  /** What the API says of it once it has ended. */
  ended(item: Item, id: string, withinMs: number): Promise<View>;
  /** SHA-256 and size of the result of a task, as a client gets it. */
  result(id: string): Promise<{ sha256: string; size: number }>;
  get(path: string): Promise<View>;
  /** Requests that came to nothing and were sent again, by reason. */
  readonly repeated: Map<string, number>;
}

export interface ClientOptions {
  readonly urls: () => readonly string[];
  readonly random: Random;
  /** Hears of answers that no outage explains. */
  readonly complain: (complaint: string) => void;
}

export function createClient({ urls, random, complain }: ClientOptions): Client {
  const repeated = new Map<string, number>();
  const authorization = `Bearer ${TEST_ADMIN_KEY}`;

  /** Until `read` made something of an answer; undefined from `read`: again. */
  async function ask<T>(
    path: string,
    init: () => Promise<RequestInit>,
    read: (response: Response) => Promise<T | undefined>,
  ): Promise<T> {
    const deadline = performance.now() + ANSWERED_WITHIN_MS;
    for (;;) {
      const reason = await tryOnce(path, init, read);
      if ('done' in reason) return reason.done;
      repeated.set(reason.failed, 1 + (repeated.get(reason.failed) ?? 0));
      if (performance.now() > deadline) throw new Error(`${path} came to nothing: ${reason.failed}`);
      // A request that is being received says when it is worth another look.
      await delay(reason.failed === '409' ? 1_000 : 100 + random.below(400));
    }
  }

  async function tryOnce<T>(
    path: string,
    init: () => Promise<RequestInit>,
    read: (response: Response) => Promise<T | undefined>,
  ): Promise<{ done: T } | { failed: string }> {
    const url = `${random.pick(urls())}${path}`;
    try {
      const { headers = {}, ...rest } = await init();
      const response = await fetch(url, {
        ...rest,
        headers: { authorization, ...(headers as Record<string, string>) },
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const done = await read(response);
      return done === undefined ? { failed: String(response.status) } : { done };
    } catch (error) {
      if (error instanceof UnexpectedAnswer) throw error;
      return { failed: (error as Error).name === 'TimeoutError' ? 'no answer' : 'connection' };
    }
  }

  /** The body of an answer with one of these statuses; undefined where it is worth another try. */
  async function bodyOf(response: Response, statuses: readonly number[]): Promise<View> {
    const text = await response.text();
    if (statuses.includes(response.status)) return JSON.parse(text);
    const said = `${response.url}: ${response.status} ${text}`;
    if (response.status === 500) complain(said);
    if (response.status >= 500 || text.includes('idempotency_in_progress')) return undefined;
    throw new UnexpectedAnswer(said);
  }

  const get = (path: string): Promise<View> =>
    ask(
      path,
      async () => ({}),
      (response) => bodyOf(response, [200]),
    );

  return {
    repeated,
    get,
    async send(item, after) {
      const fields = { ...item.fields, ...(after !== undefined && { after }) };
      const files = { file: item.file, ...(item.file2 !== undefined && { file2: item.file2 }) };
      const form = async (): Promise<RequestInit> => ({
        method: 'POST',
        body: await formOf(fields, files),
        headers: {
          'idempotency-key': item.name,
          'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        },
      });
      const answer = await ask(item.path, form, (response) => bodyOf(response, [200, 202]));
      return answer.job_id ?? answer.data.task_id ?? answer.data.dataset_id;
    },
    async ended(item, id, withinMs) {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const answer = await get(`${item.path}/${id}`);
        const view = answer.data ?? answer;
        if (ENDED.has(view.status.toLowerCase())) return view;
        if (performance.now() > deadline) throw new Error(`${item.name} is still ${JSON.stringify(view)}`);
        await delay(LOOK_EVERY_MS + random.below(LOOK_EVERY_MS));
      }
    },
    result: (id) =>
      ask(
        `/v1/tasks/${id}/result`,
        async () => ({}),
        async (response) => {
          if (response.status !== 200) return bodyOf(response, []);
          const hash = createHash('sha256');
          let size = 0;
          for await (const piece of response.body as ReadableStream<Uint8Array>) {
            hash.update(piece);
            size += piece.length;
          }
          return { sha256: hash.digest('hex'), size };
        },
      ),
  };
}

/** In one piece: streams of files that are cut off fail where nobody can catch it. */
async function formOf(
  fields: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const part = (about: string): Buffer =>
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${about}\r\n`);
  const parts: Buffer[] = Object.entries(fields).map(([name, value]) =>
    Buffer.concat([part(`name="${name}"`), Buffer.from(`\r\n${value}\r\n`)]),
  );
  for (const [name, path] of Object.entries(files)) {
    parts.push(part(`name="${name}"; filename="${basename(path)}"`));
    parts.push(
      Buffer.from('Content-Type: application/octet-stream\r\n\r\n'),
      await readFile(path),
      Buffer.from('\r\n'),
    );
  }
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

class UnexpectedAnswer extends Error {}
