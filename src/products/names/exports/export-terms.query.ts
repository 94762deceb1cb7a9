import type { ExportTerms } from '#engine/exports/index.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import { findParser } from '../parsers/index.ts';
import { type ExportedSource, listExportedSources, notOf } from './export-sources.query.ts';
import { mergeRefusal } from './merge-refusal.ts';

type Credit = ExportTerms['sources'][number];

/**
 * Whose rows meet the conditions of an export. A source alone is exported under whatever licence it has; among several,
 * those that must not be merged are left out.
 */
export async function findTerms(tx: Database, conditions: readonly Sql[]): Promise<ExportTerms> {
  const found = await listExportedSources(tx, conditions);
  const judged = found.map((source) => ({ source, credit: creditOf(source) }));
  if (judged.length <= 1)
    return { condition: undefined, sources: judged.map(({ credit }) => credit), leftOut: [] };
  const apart = judged.flatMap(({ source, credit }) => {
    const refusal = mergeRefusal(credit.licence);
    return refusal ? [{ source, leftOut: { ...credit, ...refusal } }] : [];
  });
  const releases = apart.flatMap(({ source }) => source.releases);
  const kept = judged.filter(({ source }) => !apart.some((each) => each.source === source));
  return {
    condition: releases.length > 0 ? notOf(releases) : undefined,
    sources: kept.map(({ credit }) => credit),
    leftOut: apart.map(({ leftOut }) => leftOut),
  };
}

/** As in `meta.sources` of answers: what the parser says comes first. */
function creditOf({
  country,
  parser: id,
  office,
  licence,
  licence_url,
  attribution,
}: ExportedSource): Credit {
  const parser = findParser(id);
  return {
    source: id,
    country,
    office: parser?.office ?? office,
    licence: parser?.licence ?? licence,
    licence_url: parser?.licenceUrl ?? licence_url,
    attribution: parser?.attribution ?? attribution,
  };
}
