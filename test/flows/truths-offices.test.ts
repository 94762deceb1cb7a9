import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { startNamesServer } from '#test/support/names-server.ts';
import { isAbout, missingFrom, placeOf, truthLines, type TruthLine } from '#test/support/office-files.ts';
import { createRandom } from '#test/support/random.ts';
import { officialFile, withoutOfficialFiles } from '#test/support/truths.ts';
import { readExceptions } from '../offices/exceptions.ts';
import { FIGURES } from '../offices/figures.ts';
import { type OfficialFile, OFFICIAL_FILES } from '../offices/official-files.ts';

/** What an upload may be asked for when its name tells nothing. */
const QUESTIONS = [
  'country_required',
  'parser_ambiguous',
  'year_required',
  'gender_required',
  'area_required',
];
const OF_OTHERS = Object.keys(OFFICIAL_FILES).filter((packed) => !packed.startsWith('us/'));
const READ_WITHIN_MS = 300_000;
/** Of truths.csv, all but those of the United States, which test/flows/truths.test.ts compares. */
const LINES_OF_OTHERS = 1177;
/** May become fewer. */
const MOST_EXCEPTIONS = 6;

const db = await testDatabase();
const names = await startNamesServer(db);
const { ask } = await openAnswers(db.pool);

interface ImportedDataset {
  readonly id: string;
  readonly parser: string;
  readonly error_count: number;
}

interface Slice {
  readonly area: string;
  readonly year_from: number;
  readonly year_to: number;
  readonly gender: string;
  readonly file: string;
  readonly rows_read: number;
  readonly sum_read: number;
  readonly repeats: number;
}

interface Listed {
  readonly published: string;
  readonly count: number;
}

suite('every office: the parser, rows, sums and first names', { skip: withoutOfficialFiles }, () => {
  const random = createRandom(4);
  const exceptions = readExceptions();
  const used = new Set<string>();
  let compared = 0;
  for (const packed of OF_OTHERS) {
    test(packed, async () => {
      const dataset = await imported(packed);
      const { parsers, refused = 0 } = OFFICIAL_FILES[packed] as OfficialFile;
      assert.deepEqual([[dataset.parser], dataset.error_count], [parsers, refused]);
      const { body } = await names.request('GET', `/v1/datasets/${dataset.id}/slices?limit=1000`);
      assert.equal(body.meta.next_cursor, null);
      const lines = truthLines(packed);
      const truths = [...lines, ...(FIGURES[packed] ?? [])];
      for (const truth of truths) await compare(packed, truth, body.data);
      const unknown = (body.data as Slice[]).filter(
        (slice) => !truths.some((truth) => isAboutSlice(truth, slice)),
      );
      assert.deepEqual(truths.length > 0 ? unknown : [], []);
      compared += lines.length;
    });
  }

  test('all lines were compared, and every exception is one', () => {
    assert.equal(compared, LINES_OF_OTHERS);
    assert.ok(exceptions.size <= MOST_EXCEPTIONS);
    assert.deepEqual([...used], [...exceptions.keys()]);
  });

  /** Sends a file without country, parser, year and sex: under a random name, and after a question under its own. */
  async function imported(packed: string): Promise<ImportedDataset> {
    const content = readFileSync(officialFile(packed));
    let answer = await names.upload(`${random.below(1_000_000_000)}${extname(packed)}`, content, {});
    if (answer.status !== 202) {
      const { error } = answer.body;
      assert.ok(QUESTIONS.includes(error.code), JSON.stringify(error));
      answer = await names.upload(basename(packed), content, {});
    }
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    const { dataset_id: id } = answer.body.data;
    const deadline = performance.now() + READ_WITHIN_MS;
    for (;;) {
      const { data } = (await names.request('GET', `/v1/datasets/${id}`)).body;
      if (data.status === 'completed') return data;
      assert.notEqual(data.status, 'failed', JSON.stringify(data));
      assert.ok(performance.now() < deadline, `${packed} is still ${data.status}`);
      await delay(50);
    }
  }

  async function compare(packed: string, truth: TruthLine, slices: readonly Slice[]): Promise<void> {
    const where = placeOf(packed, truth);
    const own = slices.filter((slice) => isAboutSlice(truth, slice));
    const total = (of: 'rows_read' | 'sum_read'): number => own.reduce((sum, slice) => sum + slice[of], 0);
    const known = exceptions.get(where);
    const expected = known ?? truth;
    assert.deepEqual([total('rows_read'), total('sum_read')], [expected.rows, expected.sum], where);
    if (truth.top.length > 0 && !known?.withoutTop) {
      const lists = await Promise.all(own.map(firstNames));
      const mayBeMore = own.some(({ repeats }) => repeats > 0);
      assert.deepEqual(missingFrom(lists.flat(), truth, mayBeMore), [], where);
    }
    // One that agrees by now is to be taken off the list.
    const agrees = expected.rows === truth.rows && expected.sum === truth.sum && !known?.withoutTop;
    if (known && !agrees) used.add(where);
  }

  /** As the file writes them. */
  async function firstNames(slice: Slice): Promise<{ name: string; count: number }[]> {
    const { area, year_to: year, gender } = slice;
    const where = { country: area.slice(0, 2), area, year, gender, top: 5 };
    const { status, text, body } = await ask('/v1/names', where);
    assert.equal(status, 200, text);
    return (body.data as Listed[]).map(({ published, count }) => ({ name: published, count }));
  }
});

function isAboutSlice(truth: TruthLine, { file, gender, year_from: from, year_to: to }: Slice): boolean {
  return isAbout(truth, { file, gender, from, to });
}
