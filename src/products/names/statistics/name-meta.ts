import { Type } from 'typebox';
import { MissingAreaSchema, missingMeta } from './missing-areas.ts';
import type { NameCounts } from './name-counts.ts';
import { SourceSchema, sourcesOf } from './provenance.ts';

/** What stands beside an answer about one name. */
export const NameMeta = Type.Object({
  sources: Type.Array(SourceSchema),
  missing_areas: Type.Optional(Type.Array(MissingAreaSchema)),
});

/** Of the numbers that an answer is made of. */
export function nameMeta(found: readonly Pick<NameCounts, 'scope' | 'slices'>[]) {
  const parts = found.map(({ scope, slices }) => ({ country: scope.country, slices }));
  return { sources: sourcesOf(parts), ...missingMeta(parts) };
}
