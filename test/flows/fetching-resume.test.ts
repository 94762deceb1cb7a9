import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { FetchedFile, FetchOptions } from '#engine/fetching/fetch-into-store.ts';
import { type FetchingScene, fetchingScene, KEY } from './fetching-scene.ts';

const FILE = Buffer.from(Array.from({ length: 3000 }, (_, at) => `${at},name-${at}\n`).join(''));
const ETAG = '"v1"';
const TAGGED = { ETag: ETAG, 'Accept-Ranges': 'bytes' };
const SENT = 'Fri, 20 Nov 2026 10:00:09 GMT';
const DATED = {
  'Last-Modified': 'Fri, 20 Nov 2026 10:00:00 GMT',
  'Accept-Ranges': 'bytes',
  Date: SENT,
};

/** `breakAt`: closes the connection once so many bytes of the file have come. */
type Answer = (request: IncomingMessage, response: ServerResponse, breakAt: (bytes: number) => void) => void;

interface Server {
  readonly scene: FetchingScene;
  /** `range if-range` of each request. */
  readonly asked: string[];
  fetch(changes?: Partial<FetchOptions>): Promise<FetchedFile>;
}

/** A server that gives one answer after the other, the last one again and again. */
async function serving(t: TestContext, ...answers: readonly Answer[]): Promise<Server> {
  const asked: string[] = [];
  let came = (_done: number): void => {};
  const scene = await fetchingScene(t, {
    http(request, response) {
      const answer = answers[Math.min(asked.length, answers.length - 1)] as Answer;
      asked.push([request.headers.range, request.headers['if-range']].join(' ').trim());
      answer(request, response, (bytes) => {
        came = (done) => void (done >= bytes && response.destroy());
      });
    },
  });
  return {
    scene,
    asked,
    fetch: ({ onProgress, ...changes } = {}) =>
      scene.fetch('http://files.example/a.csv', {
        ...changes,
        onProgress(done, total) {
          onProgress?.(done, total);
          came(done);
        },
      }),
  };
}

/** So many bytes of an answer, which then breaks off. */
function part(bytes: number, headers: OutgoingHttpHeaders, file = FILE, isSized = true): Answer {
  return (_request, response, breakAt) => {
    breakAt(bytes);
    response.writeHead(200, { ...(isSized && { 'Content-Length': file.length }), ...headers });
    response.write(file.subarray(0, bytes));
  };
}

/** The range that is asked for, or of it as much as said. */
function rest(headers: OutgoingHttpHeaders = TAGGED, most = Infinity): Answer {
  return ({ headers: { range = '' } }, response) => {
    const from = Number(/\d+/.exec(range)?.[0]);
    const bytes = FILE.subarray(from, from + most);
    const said = { 'Content-Range': `bytes ${from}-${from + bytes.length - 1}/${FILE.length}`, ...headers };
    response.writeHead(206, { 'Content-Length': bytes.length, ...said }).end(bytes);
  };
}

const whole: Answer = (_request, response) => void response.writeHead(200, TAGGED).end(FILE);

async function assertStored({ scene, fetch }: Server, file = FILE): Promise<void> {
  const { size, sha256 } = await fetch();
  assert.deepEqual([size, sha256], [file.length, hash('sha256', file)]);
  assert.deepEqual(await buffer(await scene.store.read(KEY)), file);
}

test('a file that breaks off is gone on with behind its last byte', async (t) => {
  const server = await serving(t, part(1000, TAGGED), rest());
  const seen: unknown[] = [];
  const onProgress = (...step: unknown[]): unknown => seen.push(step);
  const { size } = await server.fetch({ onProgress });
  assert.equal(size, FILE.length);
  assert.deepEqual(seen.at(-1), [FILE.length, FILE.length]);
  assert.deepEqual(server.asked, ['', 'bytes=1000- "v1"']);
  await assertStored(await serving(t, part(1000, TAGGED), rest()));
});

test('the time of the last change stands for the content where there is no strong tag', async (t) => {
  const server = await serving(t, part(9, { ...DATED, ETag: 'W/"v1"' }), rest(DATED));
  await assertStored(server);
  assert.deepEqual(server.asked, ['', `bytes=9- ${DATED['Last-Modified']}`]);
});

const unsafe: Readonly<Record<string, OutgoingHttpHeaders>> = {
  'a weak tag': { ETag: 'W/"v1"', 'Accept-Ranges': 'bytes' },
  'no tag': { 'Accept-Ranges': 'bytes' },
  'no ranges': { ETag: ETAG },
  'a server without ranges': { ETag: ETAG, 'Accept-Ranges': 'none' },
  'a file that changed just now': { ...DATED, 'Last-Modified': SENT },
};
for (const [title, headers] of Object.entries(unsafe)) {
  test(`with ${title} a file that breaks off is fetched from its start`, async (t) => {
    const server = await serving(t, part(1000, headers), whole);
    await assertStored(server);
    assert.deepEqual(server.asked, ['', '']);
  });
}

test('a file that changed in between is fetched from its start, and nothing of the old one is kept', async (t) => {
  const server = await serving(t, part(1000, TAGGED, Buffer.alloc(5000, 'old\n')), whole);
  await assertStored(server);
  assert.deepEqual(server.asked, ['', 'bytes=1000- "v1"']);
});

const odd: Readonly<Record<string, Answer>> = {
  'another range': rest({ ...TAGGED, 'Content-Range': `bytes 0-9/${FILE.length}` }),
  'another length': rest({ ...TAGGED, 'Content-Range': `bytes 1000-9999/${FILE.length + 1}` }),
  'another tag': rest({ ETag: '"v2"' }),
  'another encoding': rest({ ...TAGGED, 'Content-Encoding': 'gzip' }),
  'an unknown length': rest({ ...TAGGED, 'Content-Range': 'bytes 1000-9999/*' }),
  'no such range': (_request, response) => void response.writeHead(416).end(),
};
for (const [title, answer] of Object.entries(odd)) {
  test(`${title} is not the rest of the file: it is fetched from its start`, async (t) => {
    const server = await serving(t, part(1000, TAGGED), answer, whole);
    await assertStored(server);
    assert.deepEqual(server.asked, ['', 'bytes=1000- "v1"', '']);
  });
}

test('wherever connections break, the file is whole and its hash right', async (t) => {
  let cuts: readonly number[] = [];
  let headers: OutgoingHttpHeaders = {};
  const server = await serving(t, ({ headers: { range } }, response, breakAt) => {
    const from = range === undefined ? 0 : Number(/\d+/.exec(range)?.[0]);
    const [most = FILE.length, ...others] = cuts;
    cuts = others;
    breakAt(most < FILE.length - from ? from + most : Infinity);
    const said = range !== undefined && {
      'Content-Range': `bytes ${from}-${FILE.length - 1}/${FILE.length}`,
    };
    const length = { 'Content-Length': FILE.length - from };
    response.writeHead(range === undefined ? 200 : 206, { ...length, ...headers, ...said });
    response.write(FILE.subarray(from, from + most));
  });
  const anyCuts = fc.array(fc.integer({ min: 1, max: FILE.length }), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(anyCuts, fc.boolean(), async (some, isTagged) => {
      cuts = some;
      headers = isTagged ? TAGGED : {};
      const { size, sha256 } = await server.fetch();
      assert.deepEqual([size, sha256], [FILE.length, hash('sha256', FILE)]);
    }),
    { numRuns: 30 },
  );
});

test('a server that gives a piece at a time is asked until the file is whole', async (t) => {
  const server = await serving(t, part(1, TAGGED), rest(TAGGED, 20_000));
  await assertStored(server);
  assert.deepEqual(server.asked.slice(1), ['bytes=1- "v1"', 'bytes=20001- "v1"', 'bytes=40001- "v1"']);
});

test('a server that is busy when asked again is asked once more', async (t) => {
  const busy: Answer = (_request, response) => void response.writeHead(503).end();
  await assertStored(await serving(t, part(1000, TAGGED), busy, busy, rest()));
});

const ends: Readonly<Record<string, readonly [Answer, string]>> = {
  'breaks each time': [(_request, response) => void response.destroy(), 'url_unreachable'],
  'breaks in the body each time': [part(1000, {}), 'url_incomplete'],
  'has it no more': [(_request, response) => void response.writeHead(404).end(), 'url_status'],
  'leads into the network': [
    (_request, response) => void response.writeHead(302, { Location: 'http://10.0.0.1/' }).end(),
    'url_not_allowed',
  ],
};
for (const [title, [answer, code]] of Object.entries(ends)) {
  test(`a server that ${title} is given up, and nothing is kept`, async (t) => {
    const { scene, fetch } = await serving(t, part(1000, TAGGED), answer);
    await assert.rejects(fetch(), { code });
    assert.deepEqual(await scene.stored(), []);
    assert.ok(scene.dialled.length <= 4);
    assert.ok(scene.dialled.every((dialled) => dialled === '93.184.216.34:80'));
  });
}

test('the limits are those of all connections together', async (t) => {
  const large = await serving(t, part(1000, TAGGED, FILE, false), rest());
  await assert.rejects(large.fetch({ maxBytes: FILE.length - 1 }), { code: 'url_too_large' });
  assert.deepEqual(await large.scene.stored(), []);
  const first = await serving(t, part(1000, TAGGED), rest());
  await assert.rejects(first.fetch({ limits: { retryDelaysMs: [60_000], totalMs: 500 } }), {
    code: 'url_timeout',
  });
  assert.equal(first.asked.length, 1);
  const limits = { retryDelaysMs: Array.from({ length: 50 }, () => 20), windowMs: 100 };
  const slow = await serving(t, part(1, TAGGED), (_request, response) => void response.destroy());
  await assert.rejects(slow.fetch({ limits }), { code: 'url_too_slow' });
});
