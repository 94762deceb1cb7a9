import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { NO_OPTIONS, readTable, sourceOf } from '#test/support/parser-reading.ts';
import { planFiles } from '../import/plan-files.ts';
import { plMc } from './pl-mc.ts';

// Written by us in the layout of the office, with figures of our own.
const FIXTURE = `\uFEFFRok,Imię,Liczba,Płeć
2012,JULIA,51,K
2012,ŁUCJA,5,K
2013,JAKUB,42,M
2013,BOŻYDAR,2,M
2013,NAN,3,F
2013,MARIA,x,K
2013,,4,M
`;

test('a file is read: K is female, letters of Polish stay, what is no count is refused', async () => {
  assert.deepEqual(await readTable(plMc, { file: 'imiona.csv', text: FIXTURE }), [
    'JULIA F 2012 51',
    'ŁUCJA F 2012 5',
    'JAKUB M 2013 42',
    'BOŻYDAR M 2013 2',
    '! invalid_gender 4 Płeć F',
    '! invalid_count 3 Liczba x',
    '! invalid_name 2 Imię',
  ]);
});

test('years before 2013 leave out more names, and so does a file that begins with them', async () => {
  const thresholdOf = async (text: string): Promise<number | null | undefined> => {
    const { files } = await planFiles([sourceOf({ text })], plMc, NO_OPTIONS, { limits: DEFAULT_LIMITS });
    return files[0]?.layout.threshold;
  };
  assert.equal(await thresholdOf(FIXTURE), 5);
  assert.equal(await thresholdOf('Rok,Imię,Liczba,Płeć\n2019,ZUZANNA,77,K\n'), undefined);
});

test('a table with other columns is in another layout', async () => {
  const table = { file: 'imiona.csv', text: 'Rok,Imię,Liczba\n2020,MARIA,9\n' };
  await assert.rejects(readTable(plMc, table), { code: 'format_mismatch' });
});
