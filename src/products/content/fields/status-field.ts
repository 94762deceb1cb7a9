import type { FieldReading } from '#engine/imports/resource.ts';
import { refused } from './refused.ts';

export const ARTICLE_STATUSES = ['draft', 'published', 'archived'] as const;

export function readStatus(value: string): FieldReading {
  if (value === '') return { value: null };
  if ((ARTICLE_STATUSES as readonly string[]).includes(value)) return { value };
  const folded = value.trim().toLowerCase();
  const suggestion = ARTICLE_STATUSES.find((status) => status === folded);
  return refused('enum', 'This is no status of an article.', {
    expected: ARTICLE_STATUSES.join(', '),
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}
