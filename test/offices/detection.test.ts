import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { openSource } from '#engine/ingestion/source-files.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { NAME_PARSERS } from '#products/names/parsers/index.ts';
import { createSampler, weighParsers } from '#products/names/upload/detect-parser.ts';
import { officialFile, withoutOfficialFiles } from '#test/support/truths.ts';
import { OFFICIAL_FILES } from './official-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'affirm-offices-'));
const store = createLocalFileStore(folder);
after(() => rmSync(folder, { recursive: true, force: true }));

/** Parsers that fit a file which lies in the store under a name that tells nothing. */
async function fitting(packed: string): Promise<string[]> {
  // The suffix stays, as every sender keeps it; what is inside an archive keeps its names.
  const key = `${createHash('sha256').update(packed).digest('hex').slice(0, 8)}${extname(packed)}`;
  copyFileSync(officialFile(packed), join(folder, key));
  const source = await openSource(store, key, key, DEFAULT_LIMITS, { cubes: true });
  try {
    const evidence = await weighParsers(source, NAME_PARSERS, createSampler(), DEFAULT_LIMITS);
    return evidence.filter(({ fits }) => fits).map(({ parser }) => parser.id);
  } finally {
    await source.close();
  }
}

// Those of all other countries are uploaded by test/flows/truths-offices.test.ts, under random names as well.
const OF_US = Object.entries(OFFICIAL_FILES).filter(([, { country }]) => country === 'US');
for (const [packed, { parsers }] of OF_US) {
  test(`${packed} finds its parser by content`, { skip: withoutOfficialFiles }, async () => {
    const found = await fitting(packed);
    assert.deepEqual(found, parsers);
  });
}
