import type { FastifyReply } from 'fastify';
import { jsonHeader } from '#platform/http/sources-header.ts';
import type { ExportTerms } from './export-source.query.ts';

/** Says in the headers of a file whose rows it has and which sources are left out. */
export function tellTerms(reply: FastifyReply, terms: Omit<ExportTerms, 'condition'> | undefined): void {
  if (!terms) return;
  const sources = terms.sources.map(({ source, country, office, licence, attribution }) => ({
    source,
    country,
    office,
    licence,
    attribution,
  }));
  void reply.header('x-sources', jsonHeader(sources));
  const leftOut = terms.leftOut.map(({ source, country, licence, reason }) => ({
    source,
    country,
    licence,
    reason,
  }));
  if (leftOut.length > 0) void reply.header('x-left-out-sources', jsonHeader(leftOut));
}
