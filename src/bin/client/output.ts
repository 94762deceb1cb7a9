import { formatTable } from '../table.ts';

type Cell = string | number | boolean | null | undefined;

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** For programs: what the API answered. */
export function printJson(answer: unknown): void {
  print(JSON.stringify(answer, undefined, 2));
}

/** A table, or `empty` where there are no rows. */
export function printTable(rows: readonly Readonly<Record<string, Cell>>[], empty: string): void {
  print(rows.length === 0 ? empty : formatTable(rows));
}

/** One thing, a line for each of its facts; what is null is left out, objects are shown as JSON. */
export function printFacts(facts: Readonly<Record<string, unknown>>): void {
  const shown = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  for (const [name, value] of shown) print(`${name.padEnd(width)}  ${factText(value)}`);
}

/** A time as people read it, to the second, in UTC as the API says it. */
export function timeText(time: string | null): string {
  return time === null ? '–' : `${time.slice(0, 19).replace('T', ' ')}Z`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

function factText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
