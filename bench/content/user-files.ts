import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { repeatsOf, userFile } from '../../scripts/generate/user-file.ts';
import type { UserPlan } from '../../scripts/generate/user-plan.ts';

const LINES_BEFORE_FIRST_ROW = { csv: 2, ndjson: 1 } as const;

/** A refused record as the report must have it. */
export interface ExpectedError {
  readonly line: number;
  readonly conflictWith: string;
}

export interface UserFiles {
  readonly csv: string;
  readonly ndjson: string;
  /** The rows of the other two without the repeated addresses, for COPY. */
  readonly clean: string;
  readonly cleanRows: number;
}

/** Writes the three files of a plan into `folder`. */
export async function writeUserFiles(folder: string, plan: UserPlan): Promise<UserFiles> {
  const csv = join(folder, 'users.csv');
  const ndjson = join(folder, 'users.ndjson');
  const clean = join(folder, 'clean.csv');
  await writeAll(csv, userFile({ ...plan, format: 'csv' }));
  await writeAll(ndjson, userFile({ ...plan, format: 'ndjson' }));
  await writeAll(clean, withoutRepeats(plan));
  const repeats = [...repeatsOf(plan)].length;
  return { csv, ndjson, clean, cleanRows: plan.rows - repeats };
}

export function expectedErrors(plan: UserPlan): ExpectedError[] {
  const before = LINES_BEFORE_FIRST_ROW[plan.format];
  return Array.from(repeatsOf(plan), ({ row, of }) => ({
    line: row + before,
    conflictWith: `line ${of + before}`,
  }));
}

export async function writeAll(file: string, chunks: Iterable<Buffer | string>): Promise<void> {
  const out = createWriteStream(file);
  for (const chunk of chunks) if (!out.write(chunk)) await once(out, 'drain');
  out.end();
  await once(out, 'close');
}

/** No cell of a made-up user has a line break. */
function* withoutRepeats(plan: UserPlan): Generator<string> {
  const repeats = repeatsOf(plan);
  let repeat = repeats.next();
  let row = -1;
  let rest = '';
  for (const chunk of userFile({ ...plan, format: 'csv' })) {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    let kept = '';
    for (const line of lines) {
      if (!repeat.done && repeat.value.row === row) repeat = repeats.next();
      else kept += `${line}\n`;
      row += 1;
    }
    yield kept;
  }
}
