/**
 * How many names a second `POST /v1/gender` answers, over the US national sample: distinct names drawn uniformly from
 * all of them, 1,000 a request, two requests at a time; with names alone and with years of their own. The baseline is
 * one GET for each name. All runs are printed, with what the server itself spent (of Linux), which other work on the
 * machine does not change; fails where the median of names alone is under 20,000 names/s.
 * node bench/gender.ts [--runs=5] [--requests=20] [--seed=1]
 */
import { readFileSync } from 'node:fs';
import { Agent, request as sendRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ServeProcess } from '#test/support/serve-process.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import { whole } from './support/figures.ts';
import { withFreshServer } from './support/fresh-server.ts';
import { machineLine } from './support/machine.ts';

const LEAST_NAMES_A_SECOND = 20_000;
const SAMPLE = join(import.meta.dirname, '../samples/us-ssa-national-1880-2024.zip');
const AT_ONCE = 2;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    requests: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const runs = Number(values.runs);
const requests = Number(values.requests);
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

console.log(machineLine());
process.exitCode = (await withFreshServer(main)) ? 0 : 1;

async function main(server: ServeProcess): Promise<boolean> {
  await importSample(server);
  const names = await allNames(server);
  const draw = random(Number(values.seed));
  console.log(`${whole(names.length)} distinct names; ${requests} requests a run`);
  const bulk = (items: () => object[]) => () =>
    send(server, 'POST', '/v1/gender', JSON.stringify({ items: items() }));
  const one = (): string => names[Math.floor(draw() * names.length)] as string;
  const some = (): string[] => Array.from({ length: 1000 }, one);
  const first = performance.now();
  await bulk(() => [{ name: 'Olivia' }])();
  console.log(`first answer, which adds up all names: ${whole(performance.now() - first)} ms`);

  const alone = await measure(
    server,
    'names alone',
    requests,
    1000,
    bulk(() => some().map((name) => ({ name, country: 'US' }))),
  );
  await measure(
    server,
    'with years of their own',
    Math.ceil(requests / 4),
    1000,
    bulk(() =>
      some().map((name) => ({
        name,
        country: 'US',
        year_from: 1900 + Math.floor(draw() * 100),
        year_to: 2010,
      })),
    ),
  );
  await measure(server, 'baseline: a GET for each', requests * 25, 1, () =>
    send(server, 'GET', `/v1/names/${encodeURIComponent(one())}/gender?country=US`),
  );
  const good = alone >= LEAST_NAMES_A_SECOND;
  console.log(`${good ? 'at least' : 'NOT at least'} ${whole(LEAST_NAMES_A_SECOND)} names/s`);
  return good;
}

/** Median of the names answered a second. */
async function measure(
  { pid }: ServeProcess,
  title: string,
  count: number,
  size: number,
  ask: () => Promise<string>,
): Promise<number> {
  const rates: number[] = [];
  const spentBefore = processorSeconds(pid);
  for (let run = 0; run < runs; run++) {
    const startedAt = performance.now();
    let left = count;
    const client = async (): Promise<void> => {
      while (left-- > 0) await ask();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    rates.push((count * size * 1000) / (performance.now() - startedAt));
  }
  const median = rates.toSorted((a, b) => a - b)[runs >> 1] ?? 0;
  const spent = processorSeconds(pid) - spentBefore;
  const perSecond = whole((runs * count * size) / spent);
  console.log(
    `${title}: ${rates.map(whole).join(', ')} names/s; median ${whole(median)}; ${perSecond} a processor second`,
  );
  return median;
}

/** Time on processors, of the user and of the system, in seconds. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function importSample(server: ServeProcess): Promise<void> {
  const { url, key } = server;
  const { status, body } = await uploadFile({ url, key, file: SAMPLE, fields: { country_id: 'US' } });
  if (status !== 202) throw new Error(JSON.stringify(body));
  for (let state = ''; state !== 'completed'; await delay(200)) {
    const { data } = JSON.parse(await send(server, 'GET', `/v1/datasets/${body.data.dataset_id}`));
    if (data.status === 'failed') throw new Error(data.error_message);
    state = data.status;
  }
}

async function allNames(server: ServeProcess): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const path = `/v1/names?country=US&year_from=1880&gender=all&sort=name&limit=1000&offset=${names.length}`;
    const { data } = JSON.parse(await send(server, 'GET', path));
    for (const { name } of data) names.push(name as string);
    if (data.length < 1000) return names;
  }
}

function send({ url, key }: ServeProcess, method: string, path: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
    const sent = sendRequest(`${url}${path}`, { method, headers, agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode === 200) resolve(text);
        else reject(new Error(`${path}: ${answer.statusCode} ${text}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
