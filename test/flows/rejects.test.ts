import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import type { ImportFile } from '#engine/imports/import-file.ts';
import { saveReport } from '#engine/imports/report.query.ts';
import { openRejects } from '#engine/imports/write-rejects.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { openSource } from '#engine/ingestion/source-files.ts';
import type { RecordError } from '#engine/ingestion/record-error.ts';
import { newId } from '#platform/ids.ts';
import { sql } from '#platform/postgres/sql.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { plants } from '#test/support/plants.ts';
import { files, limits, pool, stage, uploaded } from './staging-scene.ts';

let imports = 0;

/** The refused records of an upload as they are given back. `perChunk`: how many numbers are stored together. */
async function rejectsOf(
  content: string | Buffer,
  options: Partial<ImportFile> & { detailCap?: number; perChunk?: number } = {},
): Promise<{ bytes: Buffer; text: string; filename: string; contentType: string }> {
  const { perChunk = 2, detailCap, ...file } = options;
  const { result, rows, errors } = await stage(content, {
    ...file,
    ...(detailCap !== undefined && { detailCap }),
  });
  const report = { ledger: result.ledger, errors: errors as unknown as RecordError[], warnings: [] };
  const reportNo = await saveReport(pool, newId(), report);
  const no = 1000 + ++imports;
  const refused = rows.filter(({ is_rejected }) => is_rejected).map(({ record }) => record);
  for (let at = 0; at < refused.length; at += perChunk) {
    const some = refused.slice(at, at + perChunk);
    await pool.run('chunk', sql`INSERT INTO import_rejects VALUES (${no}, ${at}, ${some}::bigint[])`);
  }
  const upload = { ...(await uploaded(content, file)), no, reportNo };
  const signal = new AbortController().signal;
  const { content: stream, ...facts } = await openRejects({ files, limits, pool }, upload, plants, signal);
  const bytes = await buffer(stream);
  return { ...facts, bytes, text: bytes.toString() };
}

test('CSV: lines and errors first, then the original bytes', async () => {
  const { text, filename, contentType } = await rejectsOf(
    'Code;gardener;note\r\nA;Kim;\r\nb;Kim;"x\r\ny;""z"\r\nC;Kim\r\nD;"";é\r\n"E"x;Kim;\r\n',
  );
  assert.equal(
    text,
    [
      '_line;_errors;Code;gardener;note',
      '3;"code: No code.";b;Kim;"x\r\ny;""z"',
      '5;"note: The record has 2 cells, the header 3.";C;Kim',
      '7;"Code: A quote stands inside a cell that is not quoted as a whole. Quote the whole cell and double the quote.";"E"x;Kim;',
      '',
    ].join('\n'),
  );
  assert.deepEqual([filename, contentType], ['rejects.csv', 'text/csv; charset=utf-8']);
});

test('what is given back can be mended and sent again', async () => {
  const { text } = await rejectsOf('code,gardener,note\na,Kim,"1, 2"\nB,Kim,\nc,,x\n');
  const again = await stage(text.replace('a,Kim', 'A,Kim').replace(',c,,x', ',C,Kim,x'));
  assert.deepEqual(
    again.rows.map(({ code, note, is_rejected }) => [code, note, is_rejected]),
    [
      ['A', '1, 2', false],
      ['C', 'x', false],
    ],
  );
  assert.deepEqual(again.warnings, []);
});

test('bytes of another encoding stay as they are', async () => {
  const bytes = Buffer.from('code,note,gardener\nA,x,Jos\xE9\nb,Stra\xDFe,Jos\xE9\nC,x,Andr\xE9\n', 'latin1');
  const rejects = await rejectsOf(bytes);
  assert.ok(rejects.bytes.includes(Buffer.from('b,Stra\xDFe,Jos\xE9\n', 'latin1')));
  assert.equal(rejects.contentType, 'text/csv; charset=windows-1252');
  const marked = await rejectsOf('\uFEFFcode,gardener\nb,Kim\n');
  assert.equal(marked.text, '\uFEFF_line,_errors,code,gardener\n2,"code: No code.",b,Kim\n');
});

test('secrets are left out with their column, and with them whatever cannot be told apart from them', async () => {
  const { text } = await rejectsOf(
    'code,pin,gardener\nA,sesame,Kim\nb,sesame,"K, m"\nC,x,sesame,Kim\n"D"x,sesame,Kim\n',
  );
  assert.doesNotMatch(text, /sesame/);
  assert.deepEqual(text.split('\n').slice(0, 3), [
    '_line,_errors,code,gardener',
    '3,"code: No code.",b,"K, m"',
    '4,"The record has 4 cells, the header 3.",,',
  ]);
});

test('secrets that the mapping passes over are left out as well', async () => {
  const mapping = { pin: null };
  const csv = await rejectsOf('code,pin,gardener\nb,sesame,Kim\n', { mapping });
  assert.equal(csv.text, '_line,_errors,code,gardener\n2,"code: No code.",b,Kim\n');
  const ndjson = await rejectsOf('{"code":"b","pin":"sesame","gardener":"Kim"}\n', {
    filename: 'plants.ndjson',
    mapping,
  });
  assert.doesNotMatch(ndjson.text, /sesame/);
});

test('NDJSON: the object with both fields, or the line that is none', async () => {
  const { text, filename } = await rejectsOf(
    '{"code":"A","gardener":"Kim"}\n{"code":"b", "n":12345678901234567890,"gardener":"Kim"}\n{"code":}\n{}\n{"_line":9,"code":"c","pin":"sesame","gardener":"Kim"}\n{"PIN":"sesame"\n',
    { filename: 'plants.jsonl' },
  );
  assert.deepEqual(text.split('\n').slice(0, 1), [
    '{"_line":2,"_errors":["code: No code."],"code":"b", "n":12345678901234567890,"gardener":"Kim"}',
  ]);
  const [, broken, empty, secret, hidden] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([broken._line, broken._raw], [3, '{"code":}']);
  assert.deepEqual(Object.keys(empty), ['_line', '_errors']);
  assert.deepEqual(secret, { _line: 5, _errors: ['code: No code.'], code: 'c', gardener: 'Kim' });
  assert.deepEqual([hidden._line, hidden._raw], [6, null]);
  assert.equal(filename, 'rejects.ndjson');
});

test('records beyond the listed errors are given back too', async () => {
  const { text } = await rejectsOf('code,gardener\na,Kim\nb,Kim\nc,Kim\n', { detailCap: 1 });
  assert.match(text, /^4,".*more errors than the report lists.*",c,Kim$/m);
});

test('an archive is given back as one, with a file for each that has refused records', async () => {
  const archive = craftZip([
    { name: 'a/plants-1.csv', data: 'code,gardener\nb,Kim\n' },
    { name: 'plants-2.csv', data: 'code,gardener\nA,Kim\n' },
    { name: 'b/plants-1.csv', data: 'gardener;code\nKim;c\n' },
  ]);
  const { bytes, filename } = await rejectsOf(archive, { filename: 'plants.zip' });
  assert.equal(filename, 'rejects.zip');
  const { fileKey } = await uploaded(bytes);
  const source = await openSource(files, fileKey, filename, DEFAULT_LIMITS);
  const found: [string, string][] = [];
  for (const { name, open } of source.files) found.push([name, (await buffer(open())).toString()]);
  assert.deepEqual(found, [
    ['plants-1.csv', '_line,_errors,code,gardener\n2,"code: No code.",b,Kim\n'],
    ['plants-1-2.csv', '_line;_errors;gardener;code\n2;"code: No code.";Kim;c\n'],
  ]);
});

test('many refused records among many are all found, wherever chunks end', async () => {
  const lines = Array.from({ length: 60_000 }, (_, at) => (at % 7 === 0 ? `b,Kim ${at}` : `A,Kim ${at}`));
  const { text } = await rejectsOf(`code,gardener\n${lines.join('\n')}\n`, { perChunk: 1000 });
  assert.deepEqual(
    text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^\d+,"code: No code.",/, '')),
    lines.filter((line) => line.startsWith('b')),
  );
});

test('whatever is refused comes back byte for byte, and is refused again as it is', async () => {
  const line = fc.constantFrom(
    'A,Kim,x',
    'B,"Kim, ""m""","y\r\nz"',
    'b,Kim,',
    'c,"é; 東",""',
    'D,,""',
    'E,Kim',
    'F,Kim,x,"1,2"',
    '"G"x,Kim,',
    'H,K"im,',
    'i,Kim,"=1+1"',
  );
  // Shows what quotes mean here: among stray ones alone they would be letters.
  const quoted = 'A,"Kim",\n';
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 30 }), async (lines) => {
      const refused = lines.filter((text) => !/^[AB],/.test(text));
      const { text } = await rejectsOf(`code,gardener,note\n${quoted}${lines.join('\n')}\n`);
      let from = 0;
      for (const source of refused) {
        const at = text.indexOf(`,${source}\n`, from);
        assert.ok(at >= 0, source);
        from = at + source.length;
      }
      if (refused.length === 0) return;
      const again = await stage(text);
      assert.deepEqual([again.result.records, again.result.rejected], [refused.length, refused.length]);
    }),
    { numRuns: 20 },
  );
});

test('a reader that leaves ends the reading', async () => {
  const upload = await uploaded(`code,gardener\n${'b,Kim\n'.repeat(100_000)}`);
  const signal = new AbortController().signal;
  await pool.run(
    'chunk',
    sql`INSERT INTO import_rejects SELECT 999, 0, array_agg(n) FROM generate_series(1, 100000) n`,
  );
  const { content } = await openRejects(
    { files, limits, pool },
    { ...upload, no: 999, reportNo: null },
    plants,
    signal,
  );
  for await (const bytes of content) {
    assert.ok((bytes as Buffer).length > 0);
    break;
  }
  assert.equal(content.destroyed, true);
});
