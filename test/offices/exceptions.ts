import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of truths.csv that an import reads otherwise. */
interface TruthException {
  /** What is read in its place. */
  readonly rows: number;
  readonly sum: number;
  /** Its first names are those of another file. */
  readonly withoutTop: boolean;
}

/** The exceptions in README.md beside this file, by packed file, inner file, year and sex. */
export function readExceptions(): ReadonlyMap<string, TruthException> {
  const text = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  const [, section = ''] = text.split('\n## Exceptions\n');
  const [table = ''] = section.split('\n## ');
  return new Map(
    [...table.matchAll(/^\| `([^`]+)` +\| ([\d,]+) +\| ([\d,]+) +\| (yes|no) +\|/gm)].map(
      ([, where, rows, sum, top]) => [
        where ?? '',
        { rows: numberIn(rows), sum: numberIn(sum), withoutTop: top === 'no' },
      ],
    ),
  );
}

function numberIn(text = ''): number {
  return Number(text.replaceAll(',', ''));
}
