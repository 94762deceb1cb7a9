import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fetchingScene, KEY, listen, trustTestCertificate } from './fetching-scene.ts';

const FILE = Buffer.from('id,email\n1,ada@example.org\n');

test('a file is stored byte for byte, and the server learns nothing but the path', async (t) => {
  const requests: object[] = [];
  const scene = await fetchingScene(t, {
    http: ({ url, headers }, response) => {
      requests.push({ url, ...headers });
      response
        .writeHead(200, { 'Content-Type': 'text/csv', 'Content-Length': FILE.length, 'Set-Cookie': 'a=1' })
        .end(FILE);
    },
  });
  const progress: unknown[] = [];
  const fetched = await scene.fetch('http://files.example/out/us%C3%A9rs.csv?token=1#top', {
    onProgress: (...step) => progress.push(step),
  });
  assert.deepEqual(fetched, {
    size: FILE.length,
    sha256: createHash('sha256').update(FILE).digest('hex'),
    filename: 'usérs.csv',
    contentType: 'text/csv',
  });
  assert.deepEqual(await buffer(await scene.store.read(KEY)), FILE);
  assert.deepEqual(progress, [[FILE.length, FILE.length]]);
  assert.deepEqual(requests, [
    {
      url: '/out/us%C3%A9rs.csv?token=1',
      host: 'files.example',
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'affirm-name',
      connection: 'close',
    },
  ]);
  assert.deepEqual(scene.dialled, ['93.184.216.34:80']);
});

const names = {
  'attachment; filename="../../etc/passwd"': 'passwd',
  "attachment; filename=plain.csv; filename*=UTF-8''n%C3%A9w.csv": 'néw.csv',
  'attachment; filename="a\u202Eb.csv"': 'x.csv',
  'attachment; filename=".."': 'x.csv',
  inline: 'x.csv',
};
test('the name of the file is the last part of what the server or the path says', async (t) => {
  const dispositions = Object.keys(names);
  const scene = await fetchingScene(t, {
    http: ({ url = '' }, response) => {
      const disposition = dispositions[Number(url.split('?')[1])] ?? '';
      // Headers hold Latin-1; the format character comes as the bytes of something else.
      response.writeHead(200, { 'Content-Disposition': disposition.replace('\u202E', '') }).end(FILE);
    },
  });
  for (const [at, disposition] of dispositions.entries()) {
    const { filename } = await scene.fetch(`http://files.example/x.csv?${at}`);
    assert.equal(
      filename,
      disposition.includes('\u202E') ? 'ab.csv' : names[disposition as keyof typeof names],
    );
  }
  assert.equal((await scene.fetch('http://files.example/')).filename, 'download');
});

test('what comes compressed is stored as it came: a bomb stays small', async (t) => {
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  const scene = await fetchingScene(t, {
    http: (_request, response) => void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb),
  });
  const { size } = await scene.fetch('http://files.example/bomb');
  assert.equal(size, bomb.length);
  assert.deepEqual(await buffer(await scene.store.read(KEY)), bomb);
});

test('another compression, which nobody would undo, is refused', async (t) => {
  const scene = await fetchingScene(t, {
    http: (_request, response) => void response.writeHead(200, { 'Content-Encoding': 'br' }).end('x'),
  });
  await assert.rejects(scene.fetch('http://files.example/'), { code: 'url_encoding', kind: 'unprocessable' });
  assert.deepEqual(await scene.stored(), []);
});

for (const status of [204, 206, 304, 401, 404, 500, 503]) {
  test(`status ${status} is no file`, async (t) => {
    const scene = await fetchingScene(t, {
      http: (_request, response) => void response.writeHead(status).end(),
    });
    await assert.rejects(scene.fetch('http://files.example/'), { code: 'url_status', details: { status } });
    assert.deepEqual(await scene.stored(), []);
  });
}

test('a file that breaks off is no file', async (t) => {
  const scene = await fetchingScene(t, {
    http: ({ url }, response) => {
      response.writeHead(200, url === '/length' ? { 'Content-Length': 100 } : {});
      response.write('half', () => response.destroy());
    },
  });
  for (const path of ['length', 'chunked'])
    await assert.rejects(scene.fetch(`http://files.example/${path}`), { code: 'url_incomplete' });
  assert.deepEqual(await scene.stored(), []);
});

test('a server that is not there, or speaks something else, cannot be reached', async (t) => {
  const odd = createServer((socket) => void socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.9\r\n'));
  const oddPort = await listen(t, odd);
  const gone = createServer();
  const gonePort = await listen(t, gone);
  gone.close();
  const scene = await fetchingScene(t, {});
  const rules = { allowedHosts: [`127.0.0.1:${oddPort}`, `127.0.0.1:${gonePort}`] };
  for (const port of [oddPort, gonePort])
    await assert.rejects(scene.fetch(`http://127.0.0.1:${port}/`, { rules }), { code: 'url_unreachable' });
  await assert.rejects(scene.fetch('http://unknown.example/'), { code: 'url_unreachable' });
});

test('headers without end are refused', async (t) => {
  const scene = await fetchingScene(t, {
    http: (_request, response) => void response.writeHead(200, { 'X-Long': 'x'.repeat(100_000) }).end(FILE),
  });
  await assert.rejects(scene.fetch('http://files.example/'), { code: 'url_unreachable' });
});

test('a certificate must be valid for the host', async (t) => {
  const https = (_request: unknown, response: { end(body: Buffer): void }): void => response.end(FILE);
  const scene = await fetchingScene(t, { https, names: { 'other.example': ['93.184.216.35'] } });
  await assert.rejects(scene.fetch('https://files.example/'), { code: 'url_certificate' });
  trustTestCertificate();
  await assert.rejects(scene.fetch('https://other.example/'), { code: 'url_certificate' });
  assert.deepEqual(await scene.stored(), []);
  assert.equal((await scene.fetch('https://files.example/')).size, FILE.length);
});

test('what stops the job stops the fetch, with its own reason', async (t) => {
  const stop = new AbortController();
  const scene = await fetchingScene(t, {
    http: (_request, response) =>
      void response.write('begun', () => setImmediate(() => stop.abort(new Error('canceled')))),
  });
  await assert.rejects(scene.fetch('http://files.example/', { signal: stop.signal }), {
    message: 'canceled',
  });
  await assert.rejects(scene.fetch('http://files.example/', { signal: stop.signal }), {
    message: 'canceled',
  });
  assert.equal(scene.dialled.length, 1);
  assert.deepEqual(await scene.stored(), []);
});
