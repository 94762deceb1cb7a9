import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { gePsda } from './ge-psda.ts';

// Written by us in the layout of the file, with figures of its own.
const TEXT = `სახელი,gender,2016,2017
ანდრია,b,,1888
ბარბარე,g,,1481
ნოა,x,7,10
მკვდრადშობილი,delete,525,442
აანა,,,1
აამირ,,1,
გიო,boy,1,1
ლილე,g,853,many
`;

test('who has a sex is ranked, who has none is counted and stands aside', async () => {
  assert.deepEqual(await readTable(gePsda, { text: TEXT }), [
    'ანდრია M 2017 1888',
    'ბარბარე F 2017 1481',
    'ნოა X 2016 7 aside',
    'ნოა X 2017 10 aside',
    'მკვდრადშობილი X 2016 525 aside',
    'მკვდრადშობილი X 2017 442 aside',
    'აანა X 2017 1 aside',
    'აამირ X 2016 1 aside',
    '! missing_cell null gender',
    '! missing_cell null gender',
    '! invalid_count 4 2017 many',
  ]);
});

const PACKED = 'ge/psda/baby_names_2008_2017.csv.gz';
test(`${PACKED}: the sum, and the first of 2017`, { skip: withoutOfficialFiles }, async () => {
  const { slices, refused, skipped } = await readOfficialFile(PACKED, gePsda);
  assert.deepEqual([refused, skipped], [[], {}]);
  assert.equal(slices.length, 30);
  const sumOf = (sexes: string): number =>
    slices.filter(({ gender }) => sexes.includes(gender)).reduce((total, { sum }) => total + sum, 0);
  assert.deepEqual([sumOf('FMX'), sumOf('M'), sumOf('F'), sumOf('X')], [586_798, 272_923, 256_970, 56_905]);
  assert.equal(
    slices.reduce((total, { rows }) => total + rows, 0),
    35_248,
  );
  const firstOf2017 = (sex: string): string[] =>
    slices
      .filter(({ year, gender }) => year === 2017 && gender === sex)
      .flatMap(({ top }) => top.slice(0, 2).map(({ name, count }) => `${name} ${count}`));
  assert.deepEqual(firstOf2017('M'), ['ანდრია 1888', 'გიორგი 1816']);
  assert.deepEqual(firstOf2017('F').slice(0, 1), ['ბარბარე 1481']);
});
