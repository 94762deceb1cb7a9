import { Type } from 'typebox';
import { Nullable } from '#platform/http/schemas.ts';
import { findParser } from '../parsers/index.ts';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';

export const SourceSchema = Type.Object({
  dataset_id: Type.String(),
  country: Type.String(),
  office: Type.String(),
  edition: Nullable(Type.String()),
  licence: Nullable(Type.String()),
  licence_url: Nullable(Type.String()),
  attribution: Nullable(Type.String()),
});

export interface SourceCredit {
  readonly dataset_id: string;
  readonly country: string;
  readonly office: string;
  readonly edition: string | null;
  readonly licence: string | null;
  readonly licence_url: string | null;
  readonly attribution: string | null;
}

/** Whom to credit for these slices, each dataset once. */
export function sourcesOf(
  parts: Iterable<{ readonly country: CountryCatalog; readonly slices: readonly CatalogSlice[] }>,
): SourceCredit[] {
  const credits = new Map<number, SourceCredit>();
  for (const { country, slices } of parts) {
    for (const slice of slices) {
      for (const { releaseNo } of slice.parts ?? [slice])
        if (!credits.has(releaseNo)) credits.set(releaseNo, creditOf(country, releaseNo));
    }
  }
  return [...credits.values()];
}

function creditOf(country: CountryCatalog, releaseNo: number): SourceCredit {
  const source = country.sources.get(releaseNo);
  const parser = source && findParser(source.parser);
  return {
    dataset_id: source?.dataset_id ?? '',
    country: country.code,
    office: parser?.office ?? source?.office ?? source?.attribution ?? country.name,
    edition: source?.edition ?? null,
    licence: parser?.licence ?? source?.licence ?? null,
    licence_url: parser?.licenceUrl ?? source?.licence_url ?? null,
    attribution: parser?.attribution ?? source?.attribution ?? null,
  };
}

/** The dataset that supplies a slice. */
export function datasetOf(country: CountryCatalog, slice: CatalogSlice): string {
  return country.sources.get(slice.releaseNo)?.dataset_id ?? '';
}

const versionTexts = new WeakMap<readonly CountryCatalog[], string>();

/** Changes whenever an answer about these countries does; part of ETags. */
export function versionsOf(countries: readonly CountryCatalog[]): string {
  let text = versionTexts.get(countries);
  if (text === undefined) {
    text = countries.map(({ code, version }) => `${code}:${version}`).join(' ');
    versionTexts.set(countries, text);
  }
  return text;
}
