import { cubeInvalid, cubeText, type Cube } from './cube.ts';
import type { Dialect } from './dialect.ts';
import { readJsonStat } from './json-stat.ts';
import { looksLikePx, readPx } from './px.ts';
import type { SourceFile } from './source-file.ts';

/** Larger cubes are not read: they are held in memory as a whole. */
const MOST_CUBE_BYTES = 64 * 1024 * 1024;
const CUBE_DIALECT: Dialect = { separator: ',', quote: '"', encoding: 'utf-8' };

/**
 * The cells of a statistical cube (JSON-stat, PC-Axis) as a file called `<file>#cells`; any other file as it is.
 * `start`: its first bytes. Throws AppError unprocessable `cube_invalid`, and what reading the file throws.
 */
export async function openCube(file: SourceFile, start: Buffer): Promise<SourceFile> {
  const read = readerFor(start.toString('latin1'));
  if (read === undefined || read(await contentOf(file)) === undefined) return file;
  return {
    name: `${file.name}#cells`,
    dialect: CUBE_DIALECT,
    size: null,
    async *open(signal) {
      const cube = read(await contentOf(file, signal));
      for (const piece of cube === undefined ? [] : cubeText(cube)) {
        signal?.throwIfAborted();
        yield piece;
      }
    },
  };
}

function readerFor(start: string): ((bytes: Buffer) => Cube | undefined) | undefined {
  const text = start.replace(/^\xEF\xBB\xBF/, '');
  if (/^\s*\{/.test(text)) return (bytes) => readJsonStat(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  return looksLikePx(text) ? readPx : undefined;
}

async function contentOf(file: SourceFile, signal?: AbortSignal): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of file.open(signal)) {
    pieces.push(piece);
    length += piece.length;
    if (length > MOST_CUBE_BYTES) {
      throw cubeInvalid(`"${file.name}" has more than the ${MOST_CUBE_BYTES} bytes that are held in memory`);
    }
  }
  return Buffer.concat(pieces);
}
