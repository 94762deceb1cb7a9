/** One step of a pattern. `next` and `other` are places in the list of steps; -1: the end of the whole pattern. */
export type PatternStep =
  | { readonly kind: 'letter'; readonly has: (letter: string) => boolean; next: number }
  | { readonly kind: 'either'; next: number; other: number }
  | { readonly kind: 'start' | 'end'; next: number };

/** Steps of all copies together; more would make matching slow. */
const MOST_STEPS = 2000;
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/;
/** A letter that is written in several: an escape, or a class in brackets. */
const LETTER =
  /^(?:\\(?:u\{[^}]*\}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|[pP]\{[^}]*\}|c[A-Za-z]|[^])|\[(?:\\[^]|[^\]\\])*\]|[^])/u;
/** Groups that only group. */
const PLAIN_GROUP = /^\((?:\?:|\?<[^=!][^>]*>|(?!\?))/;

export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/**
 * The steps of a regular expression of JavaScript (flag u) without what cannot be decided in one walk over a text:
 * back references, looking ahead and behind, word boundaries. Throws PatternError.
 */
export function patternSteps(source: string): { readonly steps: PatternStep[]; readonly first: number } {
  try {
    // The syntax is checked by those who know it best; it is never run.
    RegExp(source, 'u');
  } catch (error) {
    throw new PatternError((error as Error).message);
  }
  const steps: PatternStep[] = [];
  let copies = 0;
  const whole = readChoices({
    rest: source,
    add: (step) => steps.push(step) - 1,
    copy() {
      // Parts without a letter have no steps, and take time all the same.
      if (++copies > MOST_STEPS || steps.length > MOST_STEPS)
        throw new PatternError('The pattern is too long, or repeats too much.');
    },
  });
  const first = whole(-1);
  return { steps, first };
}

/** A part of the pattern: writes its steps so that they lead to `next`, and answers the first of them. */
type Part = (next: number) => number;

/** A pattern as it is read; `rest` is what comes. */
interface Reading {
  rest: string;
  add(step: PatternStep): number;
  /** Before a part is written, each time. */
  copy(): void;
}

function readChoices(reading: Reading): Part {
  const parts = [readSequence(reading)];
  while (reading.rest.startsWith('|')) {
    reading.rest = reading.rest.slice(1);
    parts.push(readSequence(reading));
  }
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return (next) =>
    parts
      .map((part) => part(next))
      .reduceRight((other, first) => reading.add({ kind: 'either', next: first, other }));
}

function readSequence(reading: Reading): Part {
  const parts: Part[] = [];
  while (!/^(?:$|[|)])/.test(reading.rest)) parts.push(readRepeated(reading, readSingle(reading)));
  return (next) =>
    parts.reduceRight((after, part) => {
      reading.copy();
      return part(after);
    }, next);
}

function readSingle(reading: Reading): Part {
  if (reading.rest.startsWith('(')) return readGroup(reading);
  const [text = ''] = LETTER.exec(reading.rest) ?? [];
  reading.rest = reading.rest.slice(text.length);
  if (text === '^') return (next) => reading.add({ kind: 'start', next });
  if (text === '$') return (next) => reading.add({ kind: 'end', next });
  if (/^\\[bB1-9k]/.test(text))
    throw new PatternError('Word boundaries and back references are not supported in patterns.');
  // A class of its own has one letter to look at: nothing to go back for.
  const one = new RegExp(`^(?:${text})$`, 'u');
  const has = (letter: string): boolean => one.test(letter);
  return (next) => reading.add({ kind: 'letter', has, next });
}

function readGroup(reading: Reading): Part {
  const [opening] = PLAIN_GROUP.exec(reading.rest) ?? [];
  if (opening === undefined)
    throw new PatternError('Patterns cannot look ahead or behind, nor change flags.');
  reading.rest = reading.rest.slice(opening.length);
  const inner = readChoices(reading);
  reading.rest = reading.rest.slice(1);
  return inner;
}

function readRepeated(reading: Reading, part: Part): Part {
  const quantifier = QUANTIFIER.exec(reading.rest);
  if (!quantifier) return part;
  const [text, least = '', comma, most = ''] = quantifier;
  reading.rest = reading.rest.slice(text.length);
  if (text.startsWith('*')) return repeated(reading, part, 0, Infinity);
  if (text.startsWith('+')) return repeated(reading, part, 1, Infinity);
  if (text.startsWith('?')) return repeated(reading, part, 0, 1);
  const atMost = comma === undefined ? least : most;
  return repeated(reading, part, Number(least), atMost === '' ? Infinity : Number(atMost));
}

function repeated({ add, copy }: Reading, part: Part, least: number, most: number): Part {
  return (next) => {
    let first = next;
    if (most === Infinity) {
      const again: PatternStep = { kind: 'either', next, other: next };
      first = add(again);
      copy();
      again.next = part(first);
    } else {
      for (let left = most - least; left > 0; left--) {
        copy();
        first = add({ kind: 'either', next: part(first), other: next });
      }
    }
    for (let left = least; left > 0; left--) {
      copy();
      first = part(first);
    }
    return first;
  };
}
