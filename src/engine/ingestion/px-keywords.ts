import { cubeInvalid } from './cube.ts';

/** `VALUES("Year")="1998","1999";` */
export interface PxEntry {
  readonly keyword: string;
  /** What it is about: names in brackets. */
  readonly about: readonly string[];
  readonly values: readonly string[];
}

export interface PxText {
  /** Without those in further languages. */
  readonly entries: readonly PxEntry[];
  /** Where the cells begin. */
  readonly dataStart: number;
}

const NAME = /\s*([A-Z][A-Z0-9-]*)(\[[^\]]*\])?\s*/y;
const STRING = /\s*"([^"]*)"/y;
/** A number, YES or NO, or the name of a scale of time with its brackets. */
const WORD = /\s*([^\s",;()=]+(?:\([^")]*\))?)/y;
const MARK = /\s*([-(),;=])/y;

/** The keywords of a PC-Axis text up to its cells. Throws AppError unprocessable `cube_invalid`. */
export function readPxKeywords(text: string): PxText {
  const entries: PxEntry[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  for (;;) {
    const name = match(NAME);
    if (name === undefined) throw broken('a keyword is expected');
    const [, keyword = '', language] = name;
    const about = take('(') ? list(')') : [];
    if (!take('=')) throw broken(`"=" is expected after ${keyword}`);
    if (keyword === 'DATA') return { entries, dataStart: at };
    const values = list(';');
    if (language === undefined) entries.push({ keyword, about, values });
  }

  function list(end: string): string[] {
    const items: string[] = [];
    for (;;) {
      items.push(item());
      if (take(end)) return items;
      // A scale of time may have a range in brackets: TLIST(A1,"1998"-"2017").
      if (![',', '(', '-', ')'].some(take)) throw broken(`"${end}" is expected`);
      if (take(end)) return items;
    }
  }

  /** Strings that follow each other are one, written in several lines. */
  function item(): string {
    let found = match(STRING)?.[1];
    if (found === undefined) return match(WORD)?.[1] ?? '';
    for (let more = match(STRING)?.[1]; more !== undefined; more = match(STRING)?.[1]) found += more;
    return found;
  }

  function take(mark: string): boolean {
    const before = at;
    if (match(MARK)?.[1] === mark) return true;
    at = before;
    return false;
  }

  function match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    at = pattern.lastIndex;
    return found;
  }

  function broken(what: string): Error {
    const before = text.slice(0, at + text.slice(at).search(/\S|$/));
    const line = before.split('\n').length;
    return cubeInvalid(`${what} in line ${line}`);
  }
}
