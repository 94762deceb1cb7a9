/** How many of those born in a year are alive at age 0, 1, 2 … */
export interface CohortSurvivors {
  readonly cohort: number;
  readonly survivors: readonly number[];
}

/** Cohorts further apart have nothing between them: tables of every tenth year are common. */
const MOST_YEARS_BETWEEN = 10;
/** A table that goes on to this age says that nobody is older. */
const OLDEST = 100;

/** The part of those born in a year that lives to an age; undefined where the table does not say. */
export type Survival = (cohort: number, age: number) => number | undefined;

/** By the tables of one sex, by rising cohort; between two cohorts in proportion to their distance. */
export function survivalOf(tables: readonly CohortSurvivors[]): Survival {
  return (cohort, age) => {
    if (age < 0) return undefined;
    const at = tables.findLastIndex((table) => table.cohort <= cohort);
    const before = tables[at];
    if (!before) return undefined;
    if (before.cohort === cohort) return survivingPart(before, age);
    const after = tables[at + 1];
    if (!after || after.cohort - before.cohort > MOST_YEARS_BETWEEN) return undefined;
    const [early, late] = [survivingPart(before, age), survivingPart(after, age)];
    if (early === undefined || late === undefined) return undefined;
    return early + ((late - early) * (cohort - before.cohort)) / (after.cohort - before.cohort);
  };
}

function survivingPart({ survivors }: CohortSurvivors, age: number): number | undefined {
  const alive = survivors[age];
  if (alive !== undefined) return alive / (survivors[0] as number);
  return survivors.length > OLDEST ? 0 : undefined;
}
