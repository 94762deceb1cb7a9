import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#platform/errors.ts';
import { ToldError } from '../failure.ts';
import { type ApiClient, type Listed, openApiClient } from './api-client.ts';
import { ApiError, describeApiError } from './api-error.ts';
import { countText, print } from './output.ts';
import { createProgressLine, noteOf, type ProgressLine } from './progress-line.ts';

/** What the server says about a file that it works on. */
export interface Followed {
  readonly status: string;
  readonly phase: string | null;
  readonly progress: {
    readonly bytes_done: number;
    readonly bytes_total: number | null;
    readonly records_done: number;
    readonly rate: number | null;
    readonly eta_seconds: number | null;
  } | null;
}

/** One way to import files; the ways differ in what they send and in how they tell the end. */
export interface ImportWay<State extends Followed> {
  /** A list that only the right key may read. */
  readonly probe: string;
  /** Hands a file over; answers the id under which it is worked on. */
  send(api: ApiClient, file: string, onSent: (sent: number, total: number) => void): Promise<string>;
  /** Where the files that were taken in are: a dataset, an import. */
  readonly noun: string;
  find(api: ApiClient, id: string): Promise<State>;
  /** How it ended, on one line, after the name of the file. */
  outcome(state: State): string;
  /** Prints what should be known besides; answers whether the file went well. */
  tell(api: ApiClient, id: string, state: State): Promise<boolean>;
}

interface RecordError {
  readonly code: string;
  readonly message: string;
  readonly entry: string | null;
  readonly line_start: number | null;
}

const LOOK_EVERY_MS = 250;
const SHOWN_ERRORS = 5;
const ENDED = ['completed', 'failed', 'canceled'];

/** Imports the files one after the other and says how each ended; throws at the end when one did not go well. */
export async function importFiles<State extends Followed>(
  files: readonly string[],
  way: ImportWay<State>,
  { wait }: { readonly wait: boolean },
): Promise<void> {
  const api = openApiClient();
  // A wrong key is told before megabytes are sent.
  await api.get(way.probe, { limit: 1 });
  const ends = new Map<string, number>();
  let bad = 0;
  for (const file of files) {
    const { isGood, end } = await importFile(api, file, way, wait);
    if (!isGood) bad += 1;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  if (files.length > 1) print(summaryOf(files.length, ends));
  if (bad > 0) throw new ToldError(`${bad} of ${files.length} files did not go well.`);
}

/** Commonest ends first: `12 files: 9 completed, 2 country_required, 1 duplicate_file`. */
function summaryOf(files: number, ends: ReadonlyMap<string, number>): string {
  const counted = [...ends].sort(([, one], [, other]) => other - one);
  return `${countText(files)} files: ${counted.map(([end, count]) => `${countText(count)} ${end}`).join(', ')}`;
}

interface FileEnd {
  readonly isGood: boolean;
  /** A status, or the code of a refusal. */
  readonly end: string;
}

async function importFile<State extends Followed>(
  api: ApiClient,
  file: string,
  way: ImportWay<State>,
  wait: boolean,
): Promise<FileEnd> {
  const progress = createProgressLine(basename(file), process.stderr);
  try {
    const id = await way.send(api, file, (sent, total) => progress.show('sending', sent, total, ''));
    if (!wait) {
      progress.clear();
      print(`${file}: taken in as ${way.noun} ${id}`);
      return { isGood: true, end: 'taken in' };
    }
    const state = await follow(() => way.find(api, id), progress);
    progress.clear();
    print(`${file}: ${way.outcome(state)}`);
    return { isGood: await way.tell(api, id, state), end: state.status };
  } catch (error) {
    progress.clear();
    if (error instanceof AppError && error.code === 'server_unreachable') throw error;
    if (!(error instanceof ApiError) && !(error instanceof AppError)) throw error;
    print(`${file}: ${error instanceof ApiError ? describeApiError(error) : error.message}`);
    return { isGood: false, end: error.code };
  }
}

/** Shows how something gets on until it has ended. */
export async function follow<State extends Followed>(
  find: () => Promise<State>,
  progress: ProgressLine,
): Promise<State> {
  for (;;) {
    const state = await find();
    const status = state.status.toLowerCase();
    if (ENDED.includes(status)) return state;
    const { progress: measures } = state;
    const phase = status === 'pending' ? 'waiting for a worker' : (state.phase ?? status);
    if (measures) progress.show(phase, measures.bytes_done, measures.bytes_total, noteOf(measures));
    await delay(LOOK_EVERY_MS);
  }
}

interface ErrorsAsked {
  readonly path: string;
  readonly refused: number;
  /** What shows more of them. */
  readonly command: string;
  readonly stream?: NodeJS.WritableStream;
}

/** The first refused records, and the command that shows more of them. */
export async function printFirstErrors(
  api: ApiClient,
  { path, refused, command, stream = process.stdout }: ErrorsAsked,
): Promise<void> {
  const { data, meta } = await api.get<Listed<RecordError>>(path, { limit: SHOWN_ERRORS });
  for (const { entry, line_start: line, code, message } of data) {
    const place = [entry, ...(line === null ? [] : [`line ${line}`])]
      .filter((part) => part !== null)
      .join(', ');
    stream.write(`  ${place}: ${code}: ${message}\n`);
  }
  const more = (meta.total ?? refused) - data.length;
  if (more > 0) stream.write(`  and ${countText(more)} more: ${command}\n`);
}
