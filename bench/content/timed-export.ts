import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { ServeProcess } from '#test/support/serve-process.ts';

export interface TimedExport {
  readonly ms: number;
  /** From the request until the first byte of the body. */
  readonly firstByteMs: number;
  readonly bytes: number;
}

/** Reads a streaming export to its end and keeps nothing of it. */
export async function timeExport(
  { url, key }: ServeProcess,
  query: Readonly<Record<string, string>>,
): Promise<TimedExport> {
  const start = performance.now();
  const sent = get(`${url}/v1/exports?${new URLSearchParams(query).toString()}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let bytes = 0;
  let firstByteMs = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes === 0) firstByteMs = performance.now() - start;
    bytes += chunk.length;
  }
  assert.equal(response.statusCode, 200);
  assert.ok(response.complete, 'the export was cut off');
  return { ms: performance.now() - start, firstByteMs, bytes };
}
