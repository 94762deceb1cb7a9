import type { FastifyReply } from 'fastify';

/** Whom to credit for numbers; what is not known is null or absent. */
interface Source {
  readonly country?: string | null;
  readonly office?: string | null;
  readonly licence?: string | null;
  readonly attribution?: string | null;
}

/** Clients take some 16 KB of headers in all. */
const MAX_CHARACTERS = 5000;

/** Says in `X-Sources` whose numbers an answer has that is no JSON, each office and licence once. */
export function tellSources(reply: FastifyReply, sources: readonly Source[]): void {
  const credits = sources.map(({ country, office, licence, attribution }) =>
    JSON.stringify({ country, office, licence, attribution }),
  );
  if (credits.length > 0) void reply.header('x-sources', headerOf([...new Set(credits)]));
}

/** A list as JSON in ASCII: as many items as there is room for, then `{"more": 7}`. */
export function jsonHeader(items: readonly object[]): string {
  return headerOf(items.map((item) => JSON.stringify(item)));
}

function headerOf(items: readonly string[]): string {
  const texts: string[] = [];
  let length = 0;
  for (const item of items) {
    const text = inAscii(item);
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
