import type { CountryCatalog } from '../read-model/country-catalog.ts';
import type { CountryArea } from './scope.ts';

/** What is computed of an area once for each version of its country's data. */
export interface OnceByVersion<T> {
  /** `question`: what tells this apart from others about the area. */
  find(scope: CountryArea, question: object, make: () => Promise<T>): Promise<T>;
}

/** `kept`: answers of a country, the oldest dropped first. */
export function createOnceByVersion<T>(kept: number): OnceByVersion<T> {
  const known = new WeakMap<CountryCatalog, Map<string, Promise<T>>>();
  return {
    find({ country, area, measure }, question, make) {
      let answers = known.get(country);
      if (!answers) known.set(country, (answers = new Map()));
      const key = JSON.stringify([area.no, measure ?? null, question]);
      const found = answers.get(key);
      if (found) return found;
      const made = make();
      answers.set(key, made);
      made.catch(() => answers.delete(key));
      const [oldest] = answers.keys();
      if (answers.size > kept && oldest !== undefined) answers.delete(oldest);
      return made;
    },
  };
}
