import { glob, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#platform/errors.ts';
import { isAddress } from './send-address.ts';

/**
 * What the words of a command line stand for, each file once: a file or address for itself, a folder for all files in
 * it but hidden ones, a pattern that no shell has resolved for what it matches. A word that leads nowhere stays, so
 * that its refusal names it. Throws AppError `no_such_file` where there is nothing at all.
 */
export async function listFiles(words: readonly string[]): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const word of words) {
    for (const file of isAddress(word) ? [word] : await filesAt(word)) files.add(file);
  }
  if (files.size > 0) return [...files];
  throw new AppError('not_found', 'no_such_file', `There is no file in ${words.join(', ')}.`);
}

async function filesAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return filesIn(path);
  if (found || !/[*?[{]/.test(path)) return [path];
  const matched: string[] = [];
  for await (const match of glob(path)) {
    if ((await stat(match)).isFile()) matched.push(match);
  }
  return matched.length > 0 ? inOrder(matched) : [path];
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    ({ name }) => !name.startsWith('.'),
  );
  const files: string[] = [];
  for (const name of inOrder(entries.map((entry) => entry.name)))
    files.push(...(await filesAt(join(folder, name))));
  return files;
}

function inOrder(names: readonly string[]): string[] {
  return names.toSorted((one, other) => (one < other ? -1 : 1));
}
