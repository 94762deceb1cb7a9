import type { OpenedFile } from './open-table.ts';

/** How a file is read, for answers. */
export interface TableDescription {
  readonly kind: OpenedFile['kind'];
  readonly part: string;
  readonly format: string;
  readonly encoding: string;
  readonly encoding_evidence: string;
  readonly byte_order_mark: boolean;
  /** Null for objects, which have neither. */
  readonly separator: string | null;
  readonly quote: string | null;
  readonly line_break: 'LF' | 'CRLF' | 'CR';
  readonly has_header: boolean;
  /** Title lines before the header. */
  readonly preamble: number;
  readonly columns: readonly string[];
}

const SHOWN_COLUMNS = 1000;
const LINE_BREAKS = { '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR' } as const;

export function describeTable({
  kind,
  head,
  source,
  preamble,
  encodingEvidence,
}: OpenedFile): TableDescription & {
  readonly [name: string]: unknown;
} {
  const { format, dialect, columns } = head;
  const isDelimited = format === 'csv';
  return {
    kind,
    part: source.sheet ?? source.name,
    format,
    encoding: dialect.encoding,
    encoding_evidence: encodingEvidence,
    byte_order_mark: head.hasMark,
    separator: isDelimited ? dialect.separator : null,
    quote: isDelimited ? dialect.quote : null,
    line_break: LINE_BREAKS[head.lineBreak],
    has_header: head.header !== null,
    preamble,
    columns: columns.slice(0, SHOWN_COLUMNS),
  };
}
