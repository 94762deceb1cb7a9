import { AppError } from '#platform/errors.ts';
import { notWorkbook, workbookDamaged, workbookEncrypted, workbookTooLarge } from './archive-errors.ts';
import { askWorkbook, type WorkbookReply } from './ask-workbook.ts';
import type { Dialect } from './dialect.ts';
import type { IngestionLimits } from './limits.ts';
import type { Openers, SourceFile } from './source-file.ts';
import { unpackWorkbook } from './workbook-package.ts';

export interface SheetOptions {
  /** Every line of a sheet has as many cells as its widest one; otherwise empty cells at its end are left out. */
  readonly evenRows: boolean;
}

/** Larger workbooks are not read: they are held in memory as a whole. */
const MOST_WORKBOOK_BYTES = 64 * 1024 * 1024;
/** All sheets of a workbook as text: strings that are stored once may stand in many cells. */
const MOST_TEXT_BYTES = 512 * 1024 * 1024;
/** What is kept of workbooks that were read before: each is parsed for its head, and once more for its rows. */
const MOST_KEPT_BYTES = 32 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;
const SHEET_DIALECT: Dialect = { separator: ',', quote: '"', encoding: 'utf-8' };

/**
 * Opens workbooks one after the other. The texts of the one opened last are kept, whatever its sheets are read for,
 * until `release`, and those of others as long as all together are small; they are made when a sheet is first read.
 * Throws AppError: archive_encrypted, archive_limit, workbook_damaged, workbook_too_large, format_unsupported.
 */
export function createSheetOpener(
  limits: IngestionLimits,
  options: SheetOptions,
): { readonly open: Openers['sheets']; release(): void } {
  const kept = new Map<string, KeptTexts>();
  const textsOf = (name: string, load: () => Promise<Buffer>): Promise<SheetTexts> => {
    const known = kept.get(name);
    if (known) return known.texts;
    // Large ones go before this one is read.
    dropOldest(kept);
    const mine: KeptTexts = { texts: readTexts(name, load, limits, options), bytes: 0 };
    kept.set(name, mine);
    mine.texts.then(
      (texts) => (mine.bytes = sizeOf(texts)),
      () => kept.get(name) === mine && kept.delete(name),
    );
    return mine.texts;
  };
  return {
    async open(name, load) {
      const names = await readNames(name, load, limits);
      return names.map((sheet) => ({
        name: `${name}#${sheet}`,
        sheet,
        dialect: SHEET_DIALECT,
        size: null,
        open: (signal) => piecesOf(() => textsOf(name, load), sheet, signal),
      }));
    },
    release() {
      kept.clear();
    },
  };
}

type SheetTexts = ReadonlyMap<string, Buffer>;

interface KeptTexts {
  readonly texts: Promise<SheetTexts>;
  /** 0 until they are there. */
  bytes: number;
}

function sizeOf(texts: SheetTexts): number {
  return [...texts.values()].reduce((sum, text) => sum + text.length, 0);
}

/** Makes room for another workbook, those read first going first. */
function dropOldest(kept: Map<string, KeptTexts>): void {
  let bytes = [...kept.values()].reduce((sum, each) => sum + each.bytes, 0);
  for (const [name, each] of kept) {
    if (bytes <= MOST_KEPT_BYTES) return;
    kept.delete(name);
    bytes -= each.bytes;
  }
}

/** Collects a file that is a workbook. Throws AppError unprocessable `workbook_too_large`. */
export async function workbookBytes(file: SourceFile): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of (file.size ?? 0) > MOST_WORKBOOK_BYTES ? [] : file.open()) {
    pieces.push(piece);
    length += piece.length;
    if (length > MOST_WORKBOOK_BYTES) break;
  }
  if (Math.max(length, file.size ?? 0) > MOST_WORKBOOK_BYTES) {
    throw workbookTooLarge(file.name, `workbooks of more than ${MOST_WORKBOOK_BYTES} bytes are not read`);
  }
  return Buffer.concat(pieces);
}

async function* piecesOf(
  load: () => Promise<SheetTexts>,
  sheet: string,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  signal?.throwIfAborted();
  const texts = await unlessAborted(load(), signal);
  const text = texts.get(sheet) ?? Buffer.alloc(0);
  for (let at = 0; at < text.length; at += PIECE_BYTES) {
    signal?.throwIfAborted();
    yield text.subarray(at, at + PIECE_BYTES);
  }
}

/** Whoever else waits for the same workbook gets it all the same. */
async function unlessAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function readNames(
  name: string,
  load: () => Promise<Buffer>,
  limits: IngestionLimits,
): Promise<readonly string[]> {
  const answer = await askWorkbook({ bytes: await unpacked(name, load, limits, true), texts: null });
  if ('fault' in answer) throw refusal(name, answer);
  return 'names' in answer ? answer.names : [];
}

async function readTexts(
  name: string,
  load: () => Promise<Buffer>,
  limits: IngestionLimits,
  { evenRows }: SheetOptions,
): Promise<SheetTexts> {
  const maxBytes = Math.min(limits.maxProducedBytes, MOST_TEXT_BYTES);
  const bytes = await unpacked(name, load, limits, false);
  const answer = await askWorkbook({ bytes, texts: { evenRows, maxBytes } });
  if ('fault' in answer) throw refusal(name, answer);
  const sheets = 'sheets' in answer ? answer.sheets : [];
  return new Map(sheets.map((sheet) => [sheet.name, Buffer.from(sheet.text.buffer)]));
}

async function unpacked(
  name: string,
  load: () => Promise<Buffer>,
  limits: IngestionLimits,
  namesOnly: boolean,
): Promise<Uint8Array> {
  const bytes = await load();
  try {
    return ownBytes(await unpackWorkbook(bytes, limits, namesOnly));
  } catch (error) {
    const isDamage =
      error instanceof AppError && (error.code === 'archive_damaged' || error.code === 'compression_error');
    throw isDamage ? workbookDamaged(name, 'it is damaged or cut off', error) : error;
  }
}

/** Only memory that nobody shares can be given to a thread. */
function ownBytes(bytes: Buffer): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

function refusal(name: string, { fault, reason }: Extract<WorkbookReply, { fault: string }>): AppError {
  if (fault === 'encrypted') return workbookEncrypted(name);
  if (fault === 'no_workbook') return notWorkbook(name);
  if (fault === 'too_large' || fault === 'exhausted') return workbookTooLarge(name, reason);
  return workbookDamaged(name, reason);
}
