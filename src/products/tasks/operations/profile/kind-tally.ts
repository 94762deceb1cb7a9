import { ownString } from '#engine/ingestion/own-string.ts';
import { commonKind, VALUE_KINDS, type ValueKind, valueKind } from './value-kind.ts';

export interface KindException {
  readonly line: number;
  readonly value: string;
  readonly looks_like: ValueKind;
}

/** Counts what cells look like, and keeps the first of each kind. */
export interface KindTally {
  add(cell: string, line: number): ValueKind;
  type(): ValueKind | 'empty';
  evidence(): Readonly<Partial<Record<ValueKind, number>>>;
  /** The first cells that are not of the most frequent kind; none where all kinds are one type. */
  exceptions(): readonly KindException[];
}

const MOST_EXCEPTIONS = 5;

export function createKindTally(): KindTally {
  const counts = new Map<ValueKind, number>();
  const firstOf = new Map<ValueKind, KindException[]>();
  return {
    add(cell, line) {
      const kind = valueKind(cell);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const found = firstOf.get(kind) ?? [];
      if (found.length === 0) firstOf.set(kind, found);
      if (found.length < MOST_EXCEPTIONS)
        found.push({ line, value: shownText(ownString(cell)), looks_like: kind });
      return kind;
    },
    type: () => commonKind(counts),
    evidence: () =>
      Object.fromEntries(VALUE_KINDS.flatMap((kind) => (counts.has(kind) ? [[kind, counts.get(kind)]] : []))),
    exceptions() {
      if (counts.size < 2 || commonKind(counts) !== 'text') return [];
      const [[usual] = []] = [...counts].sort(([, a], [, b]) => b - a);
      return [...firstOf]
        .flatMap(([kind, found]) => (kind === usual ? [] : found))
        .sort((a, b) => a.line - b.line)
        .slice(0, MOST_EXCEPTIONS);
    },
  };
}

const SHOWN_LENGTH = 200;

export function shownText(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
