import type { FastifyReply } from 'fastify';
import type { ExportTerms } from './export-source.query.ts';

/** Clients take some 16 KB of headers in all. */
const MAX_CHARACTERS = 5000;

/** Says in the headers of a file whose rows it has and which sources are left out, as JSON in ASCII. */
export function tellTerms(reply: FastifyReply, terms: Omit<ExportTerms, 'condition'> | undefined): void {
  if (!terms) return;
  const sources = terms.sources.map(({ source, country, licence, attribution }) => ({
    source,
    country,
    licence,
    attribution,
  }));
  void reply.header('x-sources', inHeader(sources));
  const leftOut = terms.leftOut.map(({ source, country, licence, reason }) => ({
    source,
    country,
    licence,
    reason,
  }));
  if (leftOut.length > 0) void reply.header('x-left-out-sources', inHeader(leftOut));
}

/** As many as there is room for, then `{"more": 7}`. */
function inHeader(items: readonly object[]): string {
  const texts: string[] = [];
  let length = 0;
  for (const item of items) {
    const text = inAscii(JSON.stringify(item));
    length += text.length + 1;
    if (length > MAX_CHARACTERS) break;
    texts.push(text);
  }
  if (texts.length < items.length) texts.push(`{"more":${items.length - texts.length}}`);
  return `[${texts.join(',')}]`;
}

function inAscii(json: string): string {
  return json.replaceAll(/[^\x20-\x7E]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
