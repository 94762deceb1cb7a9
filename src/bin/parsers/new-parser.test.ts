import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeParser } from './new-parser.ts';
import { listed, parserText, testText } from './parser-skeleton.ts';

const folder = mkdtempSync(join(tmpdir(), 'affirm-parser-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const INDEX = `import { atWien } from './at-wien.ts';
import type { NameParser } from './name-parser.ts';
import { usSsa } from './us-ssa.ts';

export const NAME_PARSERS: readonly NameParser[] = [
  atWien,
  usSsa,
];
`;
const ssb = { id: 'no_ssb', country: 'NO', office: "Statistics' Norway" };

test('a new parser stands in its place in the list, with its test beside it', async () => {
  writeFileSync(join(folder, 'index.ts'), INDEX);
  const files = await writeParser(ssb, folder);
  assert.deepEqual(
    files.map((file) => file.split('/').at(-1)),
    ['no-ssb.ts', 'no-ssb.test.ts', 'index.ts'],
  );
  const list = readFileSync(join(folder, 'index.ts'), 'utf8');
  assert.match(list, /import \{ noSsb \} from '\.\/no-ssb\.ts';\nimport \{ usSsa \}/);
  assert.match(list, / {2}atWien,\n {2}noSsb,\n {2}usSsa,\n/);
  assert.equal(readFileSync(join(folder, 'no-ssb.ts'), 'utf8'), parserText(ssb));
  assert.equal(readFileSync(join(folder, 'no-ssb.test.ts'), 'utf8'), testText(ssb));
  await assert.rejects(writeParser(ssb, folder), { code: 'parser_exists' });
});

test('the last of the list comes last', () => {
  const list = listed(INDEX, { id: 'uy_dnic', country: 'UY', office: 'x' });
  assert.match(list, /us-ssa\.ts';\nimport \{ uyDnic \}/);
  assert.match(list, / {2}usSsa,\n {2}uyDnic,\n\];/);
});

for (const [id, country] of [
  ['ssb', 'NO'],
  ['no_ssb', 'SE'],
  ['no-ssb', 'NO'],
  ['no_', 'NO'],
] as const) {
  test(`${id} is no id for ${country}`, async () => {
    await assert.rejects(writeParser({ ...ssb, id, country }, folder), { code: 'invalid_option' });
  });
}
