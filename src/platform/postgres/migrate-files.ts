import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, invalidRequest } from '#platform/errors.ts';

/** The migrations of this checkout. */
export const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

const FILE = /^(\d{4})_([a-z0-9_]+)\.(up|down)\.sql$/;

/** One step of the schema, both ways. */
export interface Migration {
  readonly version: number;
  readonly title: string;
  readonly upFile: string;
  readonly downFile: string;
  /** SHA-256 of the up file; line ends do not count. */
  readonly checksum: string;
}

/** In order of their numbers. Throws AppError `migration_files` for a number twice or a missing half. */
export function readMigrations(directory: string): Migration[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.sql'));
  const stray = files.find((name) => !FILE.test(name));
  if (stray !== undefined) throw badFiles(`${stray} is not named NNNN_title.up.sql or NNNN_title.down.sql`);

  const stems = [...new Set(files.map((name) => name.replace(/\.(up|down)\.sql$/, '')))].sort();
  return stems.map((stem, index) => {
    const version = versionOf(stem);
    if (versionOf(stems[index - 1]) === version) throw badFiles(`number ${version} is there twice`);
    const upFile = join(directory, `${stem}.up.sql`);
    const downFile = join(directory, `${stem}.down.sql`);
    for (const file of [upFile, downFile]) if (!existsSync(file)) throw badFiles(`${file} is missing`);
    return { version, title: stem.slice(5), upFile, downFile, checksum: checksumOf(upFile) };
  });
}

/** Writes the two empty files of the next migration and returns their paths. */
export function createMigration(title: string, directory = MIGRATIONS): { upFile: string; downFile: string } {
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
  if (slug === '') throw invalidRequest('title', 'Give the migration a title of letters and digits.');
  mkdirSync(directory, { recursive: true });
  const version = (readMigrations(directory).at(-1)?.version ?? 0) + 1;
  const stem = `${String(version).padStart(4, '0')}_${slug}`;
  const upFile = join(directory, `${stem}.up.sql`);
  const downFile = join(directory, `${stem}.down.sql`);
  writeFileSync(upFile, `-- ${title}\n`, { flag: 'wx' });
  writeFileSync(downFile, `-- Takes back: ${title}\n`, { flag: 'wx' });
  return { upFile, downFile };
}

function versionOf(stem: string | undefined): number {
  return Number(stem?.slice(0, 4) ?? 0);
}

function checksumOf(file: string): string {
  const text = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  return createHash('sha256').update(text).digest('hex');
}

function badFiles(problem: string): AppError {
  return new AppError('conflict', 'migration_files', `The migration files are not in order: ${problem}.`);
}
