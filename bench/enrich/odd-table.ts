import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createRandom } from '#test/support/random.ts';

/** A row of the table, with its line break. */
interface OddRow {
  readonly text: string;
  readonly lineBreak: string;
  readonly name: string;
}

const HEADER = 'id;first_name;note\r\n';
const BREAKS = ['\r\n', '\n', '\n', '\n'];
/** Beside the names: what other programs like to change. */
const ODD = [
  '007',
  '1e5',
  'NULL',
  ' x ',
  '"a ""quoted"" one"',
  '"two\nlines;and\r\nmore"',
  "=cmd|' /C calc'!A0",
  '\u0001\u007F\u200B',
  'na\u0308\u00EFve \u{1F600}',
  '',
  '-0.0',
];

/** The same rows for the same seed: names drawn from `names`, each as likely. */
export function* oddRows(names: readonly string[], rows: number, seed: number): Generator<OddRow> {
  const random = createRandom(seed);
  for (let row = 0; row < rows; row++) {
    const name = random.pick(names);
    const text = `${random.pick(ODD)};${name};${random.pick(ODD)}${row}`;
    yield { text: text.replace(/"(\d+)$/, '"'), lineBreak: random.pick(BREAKS), name };
  }
}

export async function writeOddTable(path: string, rows: Iterable<OddRow>): Promise<void> {
  const lines = function* () {
    yield HEADER;
    for (const { text, lineBreak } of rows) yield text + lineBreak;
  };
  await pipeline(Readable.from(inPieces(lines())), createWriteStream(path));
}

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < 1 << 16) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/**
 * Compares a result with the rows that were sent: the same rows in the same order, each byte as it was, with so many
 * cells behind it. Throws where that is not so; answers the added cells of some rows.
 */
export function checkResult(
  result: Buffer,
  rows: Iterable<OddRow>,
  added: number,
): { readonly name: string; readonly cells: readonly string[] }[] {
  const header = HEADER.trimEnd();
  let at = result.indexOf('\r\n') + 2;
  if (!result.toString('utf8', 0, at).startsWith(`${header};`)) throw new Error('the header is another');
  const some: { name: string; cells: readonly string[] }[] = [];
  let row = 0;
  for (const { text, lineBreak, name } of rows) {
    const sent = Buffer.from(text);
    const end = result.indexOf(lineBreak, at + sent.length);
    const cells = result.toString('latin1', at + sent.length, end).split(';');
    const isSame = result.compare(sent, 0, sent.length, at, at + sent.length) === 0;
    if (!isSame || cells.length !== added + 1 || cells[0] !== '' || /[\r\n"]/.test(cells.join('')))
      throw new Error(`row ${row}: ${text} became ${result.toString('utf8', at, end)}`);
    if (row++ % 1000 === 0) some.push({ name, cells: cells.slice(1) });
    at = end + lineBreak.length;
  }
  if (at !== result.length) throw new Error('something follows the last row');
  return some;
}
