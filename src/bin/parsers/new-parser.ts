import { readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { AppError } from '#platform/errors.ts';
import { listed, namesOf, type NewParser, parserText, testText } from './parser-skeleton.ts';

const FOLDER = resolve(import.meta.dirname, '../../products/names/parsers');

/**
 * Writes a parser, its test with a fixture, and its line in the list; the test passes at once. Answers the files.
 * Throws AppError: invalid_option, parser_exists.
 */
export async function writeParser(parser: NewParser, folder = FOLDER): Promise<readonly string[]> {
  const { id, country } = parser;
  if (!/^[a-z]{2}(?:_[a-z0-9]+)+$/.test(id) || id.slice(0, 2).toUpperCase() !== country) {
    const message = `"${id}" is no id for a parser of ${country}: write its code and the office, e.g. ${country.toLowerCase()}_office.`;
    throw new AppError('invalid', 'invalid_option', message);
  }
  const { file } = namesOf(parser);
  const index = join(folder, 'index.ts');
  const list = listed(await readFile(index, 'utf8'), parser);
  await writeNew(join(folder, `${file}.ts`), parserText(parser), id);
  await writeNew(join(folder, `${file}.test.ts`), testText(parser), id);
  await writeFile(index, list);
  return [`${file}.ts`, `${file}.test.ts`, 'index.ts'].map((name) => relative('.', join(folder, name)));
}

async function writeNew(path: string, text: string, id: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new AppError('conflict', 'parser_exists', `There is a parser ${id} already: ${path}.`);
  }
}
