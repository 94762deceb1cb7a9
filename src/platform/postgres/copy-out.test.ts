import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createCopyOut } from './copy-out.ts';

function message(letter: string, contents: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(contents) + 4);
  return Buffer.concat([Buffer.from(letter), length, Buffer.from(contents)]);
}

const ROWS = ['1,one\n', '2,zwei €\n', '', '3,"d\nc"\n'];
const BEFORE = [message('N', 'a notice'), message('H', '\0\0\x02\0\0\0\0')];
const COMPLETE = Buffer.concat([message('c', ''), message('C', 'COPY 3\0'), message('Z', 'T')]);
const ERROR = Buffer.concat([message('E', 'SERROR\0\0'), message('Z', 'E')]);

/** Sends chunks as a server would; answers the rows, and what was left for the usual reader of the connection. */
async function copied(chunks: readonly Buffer[]): Promise<{ rows: string; rest: Buffer; ended: number }> {
  const socket = new PassThrough();
  const rest: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => rest.push(chunk));
  let ended = 0;
  const copy = createCopyOut('COPY t TO STDOUT', () => ended++);
  copy.submit({ stream: socket as unknown as Socket, query: () => undefined });
  // The reader moves rows together inside the chunks that it is given.
  for (const chunk of chunks) socket.write(Buffer.from(chunk));
  const read: Buffer[] = [];
  for await (const piece of copy) read.push(piece as Buffer);
  return { rows: Buffer.concat(read).toString(), rest: Buffer.concat(rest), ended };
}

test('rows come whole, wherever the messages are cut, and pg gets the rest', async () => {
  const bytes = Buffer.concat([...BEFORE, ...ROWS.map((row) => message('d', row)), COMPLETE]);
  const expected = { rows: ROWS.join(''), rest: COMPLETE, ended: 1 };
  assert.deepEqual(await copied([bytes]), expected);
  assert.deepEqual(await copied([...bytes].map((byte) => Buffer.from([byte]))), expected);
  for (let at = 1; at < bytes.length; at++) {
    assert.deepEqual(await copied([bytes.subarray(0, at), bytes.subarray(at)]), expected, `cut at ${at}`);
  }
});

test('a refusal in the middle is for pg to read', async () => {
  const bytes = Buffer.concat([...BEFORE, message('d', '1\n'), ERROR]);
  for (let at = 1; at < bytes.length; at++) {
    const { rest, ended } = await copied([bytes.subarray(0, at), bytes.subarray(at)]);
    assert.deepEqual([rest, ended], [ERROR, 1]);
  }
});
