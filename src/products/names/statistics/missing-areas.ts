import { type Static, Type } from 'typebox';
import { NAME_PARSERS } from '../parsers/index.ts';
import type { AreaRow } from '../read-model/catalog.query.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Measure } from '../name-count.ts';
import { type CatalogSlice, type CountryCatalog, MEASURES } from '../read-model/country-catalog.ts';
import { oncePerSlice } from '../read-model/once-per-slice.ts';

export const MissingAreaSchema = Type.Object({
  country: Type.String(),
  area: Type.String(),
  name: Type.String(),
  gender: Type.String(),
  years: Type.Array(Type.Object({ from: Type.Integer(), to: Type.Integer() })),
  other_measure: Nullable(
    OneOf(MEASURES, { description: 'What the area does have of these years; null: nothing' }),
  ),
});
export type MissingArea = Static<typeof MissingAreaSchema>;

type KnownArea = Pick<AreaRow, 'code' | 'name'>;

interface Part {
  readonly country: CountryCatalog;
  readonly slices: readonly CatalogSlice[];
}

/** For `meta`; empty where nothing was added up, or nothing is missing. */
export function missingMeta(parts: Iterable<Part>): { missing_areas?: MissingArea[] } {
  const missing = missingAreas(parts);
  return missing.length === 0 ? {} : { missing_areas: missing };
}

/**
 * Where several areas were added up in place of the whole: which ones are known to lie in it and are not there, in
 * which years.
 */
function missingAreas(sums: Iterable<Part>): MissingArea[] {
  const found = new Map<string, MissingArea>();
  for (const { country, slices } of sums) {
    for (const slice of slices) {
      if (!slice.parts) continue;
      for (const { code, name, other } of missingIn(country, slice)) {
        const key = `${code} ${slice.gender} ${other ?? ''}`;
        const known = found.get(key);
        if (known) addYear(known.years, slice.toYear);
        else
          found.set(key, {
            country: country.code,
            area: code,
            name,
            gender: slice.gender,
            years: [{ from: slice.toYear, to: slice.toYear }],
            other_measure: other,
          });
      }
    }
  }
  return [...found.values()];
}

/** Registrations, say, where births were added up: the two never meet in one sum. */
function otherMeasure(country: CountryCatalog, code: string, slice: CatalogSlice): Measure | null {
  const area = country.areas.find((each) => each.code === code);
  if (!area) return null;
  const has = (measure: Measure): boolean =>
    country.years(area.no, slice.gender, measure).some(({ toYear }) => toYear === slice.toYear);
  return MEASURES.find((measure) => measure !== slice.measure && has(measure)) ?? null;
}

function addYear(years: { from: number; to: number }[], year: number): void {
  const last = years.at(-1);
  if (last && (last.to === year || last.to === year - 1)) last.to = year;
  else years.push({ from: year, to: year });
}

interface AbsentArea extends KnownArea {
  readonly other: Measure | null;
}

const missingIn = oncePerSlice((country, slice): readonly AbsentArea[] =>
  absentAreas(country, slice).map((area) => ({ ...area, other: otherMeasure(country, area.code, slice) })),
);

/** Known areas of the whole without a number, the largest alone where smaller ones lie in it. */
function absentAreas(country: CountryCatalog, { areaNo, parts = [] }: CatalogSlice): KnownArea[] {
  const present = parts.map((part) => country.areaOf(part.areaNo).code);
  const depth = depthOf(present[0] ?? '');
  const missing: KnownArea[] = [];
  for (const area of knownAreas(country)) {
    const lies = isWithin(area.code, country.areaOf(areaNo).code) && depthOf(area.code) <= depth;
    const isThere = present.some((code) => code === area.code || isWithin(code, area.code));
    if (lies && !isThere && !missing.some(({ code }) => isWithin(area.code, code))) missing.push(area);
  }
  return missing;
}

const knownOf = new WeakMap<CountryCatalog, KnownArea[]>();

/** Areas with numbers, and those that parsers know of; larger ones first. */
function knownAreas(country: CountryCatalog): KnownArea[] {
  const known = knownOf.get(country);
  if (known) return known;
  const ofParsers = NAME_PARSERS.filter((parser) => parser.country === country.code).flatMap(({ areas }) =>
    Object.entries(areas).map(([code, name]) => ({ code, name })),
  );
  const byCode = new Map([...ofParsers, ...country.areas].map((area) => [area.code, area]));
  const all = [...byCode.values()].sort(
    (a, b) => depthOf(a.code) - depthOf(b.code) || (a.code < b.code ? -1 : 1),
  );
  knownOf.set(country, all);
  return all;
}

function isWithin(code: string, whole: string): boolean {
  return code.startsWith(`${whole}-`);
}

function depthOf(code: string): number {
  return code.split('-').length;
}
