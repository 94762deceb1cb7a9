import type { RawRecord } from '../ingestion/delimited-reader.ts';
import type { Dialect } from '../ingestion/dialect.ts';
import type { JsonObject } from '../ingestion/json-text.ts';

/** How the refused records of one file are written. */
export interface CellForm {
  header(record: Pick<RawRecord, 'cells' | 'quoted' | 'raw'>): Buffer;
  /** As it stands in the file, behind its line and errors. */
  record(record: RawRecord, errors: readonly string[]): Buffer;
  /** A record whose cells cannot be told apart. */
  broken(line: number, raw: Buffer, errors: readonly string[]): Buffer;
}

const OWN_KEYS: readonly string[] = ['_line', '_errors', '_raw'];

/**
 * CSV: `_line,_errors`, then the original bytes. A file with secret columns (their places) is written anew, in UTF-8
 * and without these columns, and without the content of records whose cells cannot be told apart. A column of empty
 * cells would remove what is stored when the file is sent again; an absent one changes nothing.
 */
export function cellForm(dialect: Dialect, secret: ReadonlySet<number>, columns: number): CellForm {
  const { separator, encoding = 'utf-8' } = dialect;
  const quote = dialect.quote === undefined ? '"' : dialect.quote;
  const isUnicode =
    encoding === 'utf-8' || encoding === 'utf-16le' || encoding === 'utf-16be' || secret.size > 0;
  const special =
    quote === null ? /[\r\n]/ : new RegExp(`[${quote}${separator.replace(/[\\\]^-]/, '\\$&')}\r\n]`);
  const hidden = Buffer.from(separator.repeat(Math.max(0, columns - secret.size - 1)));

  return {
    header(record) {
      const own = `_line${separator}_errors${separator}`;
      return line(Buffer.from(own), content(record));
    },
    record: (record, errors) => line(prefix(record.lineStart, errors), content(record)),
    broken: (at, raw, errors) => line(prefix(at, errors), secret.size > 0 ? hidden : raw),
  };

  function prefix(at: number, errors: readonly string[]): Buffer {
    const text = errors.join(' ');
    const storable = isUnicode ? text : text.replaceAll(/[^\x20-\x7E]/g, '?');
    const cell = quote === null ? storable.replaceAll(separator, ' ') : quoted(storable, true);
    return Buffer.from(`${at}${separator}${cell}${separator}`);
  }

  function content(record: Pick<RawRecord, 'cells' | 'quoted' | 'raw'>): Buffer {
    if (secret.size === 0) return record.raw();
    const cells = record.cells.flatMap((cell, at) =>
      secret.has(at) ? [] : [quoted(cell, record.quoted(at))],
    );
    return Buffer.from(cells.join(separator));
  }

  function quoted(cell: string, wasQuoted: boolean): string {
    if (quote === null || (!wasQuoted && !special.test(cell))) return cell;
    const escaped =
      dialect.escape === 'backslash'
        ? cell.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
        : cell.replaceAll(quote, quote + quote);
    return `${quote}${escaped}${quote}`;
  }
}

/**
 * NDJSON: the object with `_line` and `_errors`, otherwise as it stands in the file. A secret is left out with its key:
 * null would remove what is stored when the object is sent again.
 */
export function objectLine(
  record: { readonly lineStart: number; readonly value: JsonObject; raw(): Buffer },
  errors: readonly string[],
  isHidden: (key: string) => boolean,
): Buffer {
  const own = `{"_line":${record.lineStart},"_errors":${JSON.stringify(errors)}`;
  const keys = Object.keys(record.value);
  if (keys.length > 0 && !keys.some((key) => OWN_KEYS.includes(key) || isHidden(key))) {
    const raw = record.raw();
    return line(Buffer.from(`${own},`), raw.subarray(raw.indexOf('{') + 1));
  }
  const kept = keys
    .filter((key) => !OWN_KEYS.includes(key) && !isHidden(key))
    .map((key) => `,${JSON.stringify(key)}:${jsonText(record.value[key])}`);
  return Buffer.from(`${own}${kept.join('')}}\n`);
}

/** A line that is no object. `raw` null: it may hold what must not be shown. */
export function brokenLine(at: number, raw: Buffer | null, errors: readonly string[]): Buffer {
  return Buffer.from(
    `${JSON.stringify({ _line: at, _errors: errors, _raw: raw === null ? null : raw.toString('utf8') })}\n`,
  );
}

function line(start: Buffer, rest: Buffer): Buffer {
  return Buffer.concat([start, rest, Buffer.from('\n')]);
}

/** Numbers beyond 2^53 keep their digits. */
function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? (JSON as unknown as RawJson).rawJSON(String(inner)) : inner,
  );
}

/** In V8, not yet in the library's types. */
interface RawJson {
  rawJSON(text: string): unknown;
}
