import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { cellCount, type Cube, type CubeCell, type CubeDimension, cubeInvalid } from './cube.ts';
import { type PxEntry, readPxKeywords } from './px-keywords.ts';

/** Keywords that a PC-Axis file may begin with. */
const FIRST_KEYWORDS =
  /^\s*(CHARSET|AXIS-VERSION|CODEPAGE|LANGUAGES?|CREATION-DATE|NEXT-UPDATE|TABLEID|MATRIX|DECIMALS|SHOWDECIMALS|SUBJECT-AREA|SUBJECT-CODE|TITLE|CONTENTS|COPYRIGHT|DESCRIPTION)(\[[^\]]*\])?\s*=\s*("|\d|YES|NO)/;
const DATA = /(^|[\r\n;])\s*DATA\s*=/;
/** A number, or a text in quotes that stands for one (`".."`, `"-"`). */
const CELL = /"([^"]*)"|([^\s",;]+)/y;

/** Whether a text begins as PC-Axis files do. */
export function looksLikePx(start: string): boolean {
  return FIRST_KEYWORDS.test(start);
}

/**
 * The cube in a PC-Axis file; undefined where the bytes are none. Its columns are called as those of JSON-stat where
 * the file tells how: `STATISTIC` for the variable of contents, `TLIST(A1)` for time, `<name> code` otherwise.
 * Throws AppError unprocessable `cube_invalid`.
 */
export function readPx(bytes: Buffer): Cube | undefined {
  const text = decoded(bytes);
  if (!looksLikePx(text.slice(0, 1000).replace(/^\uFEFF/, '')) || !DATA.test(text)) return undefined;
  const { entries, dataStart } = readPxKeywords(text);
  if (entries.some(({ keyword }) => keyword === 'KEYS')) throw cubeInvalid('it keeps its cells by keys');
  const names = [...valuesOf(entries, 'STUB'), ...valuesOf(entries, 'HEADING')];
  if (names.length === 0) throw cubeInvalid('neither STUB nor HEADING names a variable');
  const dimensions = names.map((name) => readDimension(entries, name));
  const cells = readCells(text, dataStart);
  const wanted = cellCount({ dimensions });
  if (cells.length !== wanted) {
    throw cubeInvalid(`its variables make ${wanted} cells, and it has ${cells.length}`);
  }
  return { dimensions, unit: unitOf(entries, names, dimensions), cell: (at) => cells[at] as CubeCell };
}

/** As the file says, unless the bytes are UTF-8 anyway. */
function decoded(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const page = /CODEPAGE\s*=\s*"([^"]*)"/.exec(bytes.toString('latin1', 0, 4096))?.[1];
  return decoderFor(page ?? '').decode(bytes);
}

/** What a file calls its code page may be no name of an encoding. */
function decoderFor(page: string): TextDecoder {
  try {
    return new TextDecoder(page);
  } catch {
    return new TextDecoder('windows-1252');
  }
}

/** Empty where the keyword is missing. */
function valuesOf(entries: readonly PxEntry[], keyword: string, about?: string): readonly string[] {
  const found = entries.find((entry) => entry.keyword === keyword && entry.about[0] === about);
  return found?.values ?? [];
}

function readDimension(entries: readonly PxEntry[], name: string): CubeDimension {
  const labels = valuesOf(entries, 'VALUES', name);
  if (labels.length === 0) throw cubeInvalid(`VALUES of "${name}" are missing`);
  const { scale, times } = timesOf(entries, name);
  const codes = valuesOf(entries, 'CODES', name);
  if (codes.length > 0 && codes.length !== labels.length) {
    throw cubeInvalid(`"${name}" has ${labels.length} VALUES and ${codes.length} CODES`);
  }
  const found = [codes, times].find(({ length }) => length === labels.length);
  if (found === undefined) return { id: null, label: name, codes: null, labels };
  const isContent = valuesOf(entries, 'CONTVARIABLE')[0] === name;
  const id = isContent ? 'STATISTIC' : (scale ?? `${name} code`);
  return { id, label: name, codes: found, labels };
}

/** `TLIST(A1),"1998","1999"`: what a variable of time counts, and its points; ranges are not spelled out. */
function timesOf(
  entries: readonly PxEntry[],
  name: string,
): { readonly scale?: string; readonly times: readonly string[] } {
  const [scale, ...times] = valuesOf(entries, 'TIMEVAL', name);
  if (scale === undefined) return { times };
  return scale === 'TLIST' ? { scale: `TLIST(${times[0]})`, times: [] } : { scale, times };
}

/** `UNITS="Number"`, or one for each value of a variable: `UNITS("Registered births")="Number"`. */
function unitOf(
  entries: readonly PxEntry[],
  names: readonly string[],
  dimensions: readonly CubeDimension[],
): Cube['unit'] {
  const units = entries.filter(({ keyword }) => keyword === 'UNITS');
  const [common = ''] = units.find(({ about }) => about.length === 0)?.values ?? [];
  const dimension = names.indexOf(valuesOf(entries, 'CONTVARIABLE')[0] ?? '');
  const own = new Map(units.map(({ about: [label = ''], values: [unit = ''] }) => [label, unit]));
  if (dimension >= 0 && units.some(({ about }) => about.length > 0)) {
    const labels = dimensions[dimension]?.labels ?? [];
    return { dimension, texts: labels.map((label) => own.get(label) ?? common) };
  }
  return common === '' ? null : common;
}

/** Up to the semicolon or, where it is missing, the end. */
function readCells(text: string, start: number): CubeCell[] {
  const cells: CubeCell[] = [];
  const known = new Map<string, CubeCell>();
  CELL.lastIndex = start;
  for (;;) {
    while (/[\s,]/.test(text[CELL.lastIndex] ?? '')) CELL.lastIndex++;
    const at = CELL.lastIndex;
    if (at >= text.length || text[at] === ';') return cells;
    const found = CELL.exec(text);
    if (found === null) throw cubeInvalid(`a quote among its cells is never closed`);
    const [written, status, value = ''] = found;
    const cell = known.get(written) ?? { value, status: status ?? '' };
    if (value !== '' && !/^-?\d/.test(value)) throw cubeInvalid(`"${value}" among its cells is no number`);
    known.set(written, cell);
    cells.push(cell);
  }
}
