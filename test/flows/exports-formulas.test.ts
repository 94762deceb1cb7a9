import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { guardFormula, unguardFormula } from '#engine/ingestion/formula-guard.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { addUsers, startExportServer } from './export-scene.ts';

const db = await testDatabase();
const server = await startExportServer(db);

/** The cells of a column whose texts these are. */
async function exported(bios: readonly string[]): Promise<string[]> {
  await db.pool.run('noUsers', sql`TRUNCATE users CASCADE`);
  await addUsers(db.pool, bios);
  const text = await (await server.get('/v1/exports?resource=users&fields=bio,username')).text();
  const rows: string[][] = parse(text, { from: 2 });
  return rows.map(([bio = '']) => bio);
}

test('the database guards a text exactly as the import takes the guard off, whatever it begins with', async () => {
  const firsts = Array.from({ length: 0x10000 }, (_, code) => code)
    .filter((code) => code > 0 && (code < 0xd800 || code > 0xdfff))
    .map((code) => String.fromCodePoint(code));
  const bios = [...firsts, '😀', '𝌆'].flatMap((first) => [`${first}1`, `'${first}`, `''${first}`]);
  const cells = await exported(bios);
  assert.deepEqual(cells, bios.map(guardFormula));
  assert.deepEqual(cells.map(unguardFormula), bios);
});

test('and whatever texts of such characters there are', async () => {
  const unit = fc.constantFrom(...Array.from('\'=+-@\t\r\n＝＋－＠ a,"|\\é'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit, maxLength: 6 }), { minLength: 1, maxLength: 300 }),
      async (bios) => {
        const cells = await exported(bios);
        assert.deepEqual(cells, bios.map(guardFormula));
        assert.deepEqual(cells.map(unguardFormula), bios);
      },
    ),
    { numRuns: 30 },
  );
});
