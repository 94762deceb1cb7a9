import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { openSource } from '#engine/ingestion/source-files.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { planFiles } from '#products/names/import/plan-files.ts';
import type { NameCount } from '#products/names/name-count.ts';
import { chooseParser } from '#products/names/upload/choose-parser.ts';
import { NO_OPTIONS, readPlanned } from '#test/support/parser-reading.ts';

const SAMPLES = resolve(import.meta.dirname, '../../samples');
const folder = mkdtempSync(join(tmpdir(), 'affirm-samples-'));
const store = createLocalFileStore(folder);
after(() => rmSync(folder, { recursive: true, force: true }));

/** The parser that a file finds under a name of a number, and `area year gender: names, sum, first`. */
async function read(file: string): Promise<string[]> {
  copyFileSync(join(SAMPLES, file), join(folder, '7.csv'));
  const source = await openSource(store, '7.csv', '7.csv', DEFAULT_LIMITS, { cubes: true });
  const wish = { source, limits: DEFAULT_LIMITS, countryCode: null, parser: null };
  const options = { ...NO_OPTIONS, gender: file.startsWith('ca-') ? ('M' as const) : null };
  const { parser } = await chooseParser({ ...wish, options });
  const slices = new Map<string, NameCount[]>();
  const { files } = await planFiles(source.files, parser, options, { limits: DEFAULT_LIMITS });
  for (const planned of files) {
    await readPlanned(planned, (outcome) => {
      assert.notEqual(outcome.kind, 'rejected', JSON.stringify(outcome));
      if (outcome.kind !== 'accepted') return;
      for (const count of [outcome.record].flat()) {
        const key = `${count.area} ${count.year} ${count.gender}`;
        slices.set(key, [...(slices.get(key) ?? []), count]);
      }
    });
  }
  await source.close();
  const lines = [...slices].map(([key, counts]) => {
    const sum = counts.reduce((total, { count }) => total + (count ?? 0), 0);
    const [first] = counts.toSorted((one, other) => (other.count ?? 0) - (one.count ?? 0));
    return `${key}: ${counts.length}, ${sum}, ${first?.name}`;
  });
  return [parser.id, ...lines];
}

const samples: Readonly<Record<string, readonly string[]>> = {
  'gb-scotland-boys-2020.csv': ['gb_nrs', 'GB-SCT 2020 M: 5, 1493, Jack'],
  'gb-scotland-girls-2020.csv': ['gb_nrs', 'GB-SCT 2020 F: 5, 1541, Isla'],
  'ca-ontario-boys.csv': ['ca_on', 'CA-ON 1917 M: 4, 7108, JOHN', 'CA-ON 2019 M: 5, 3526, NOAH'],
  'au-new-south-wales.csv': [
    'au_nsw',
    'AU-NSW 2024 M: 5, 2092, Noah',
    'AU-NSW 2024 F: 5, 1672, Charlotte',
    'AU-NSW 1952 F: 5, 5276, CHRISTINE',
    'AU-NSW 1952 M: 5, 8720, JOHN',
  ],
};

for (const [file, expected] of Object.entries(samples)) {
  test(`samples/${file} finds its parser and is read whole`, async () => {
    assert.deepEqual(await read(file), expected);
  });
}
