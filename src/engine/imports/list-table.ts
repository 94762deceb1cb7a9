import type { Resource } from './resource.ts';

/** Where the elements of a list are kept: `tags` of `articles` in `tags`, tied to the rows by `article_tags`. */
export interface ListTable {
  /** Name of the field. */
  readonly field: string;
  /** Table and column of the elements. */
  readonly elements: string;
  readonly element: string;
  /** The table between, and its columns; `place` counts from 1. */
  readonly links: string;
  readonly ownerId: string;
  readonly elementId: string;
}

export function listTables(resource: Resource): readonly ListTable[] {
  const owner = singular(resource.name);
  return resource.fields
    .filter(({ type }) => type === 'text[]')
    .map(({ name }) => ({
      field: name,
      elements: name,
      element: singular(name),
      links: `${owner}_${name}`,
      ownerId: `${owner}_id`,
      elementId: `${singular(name)}_id`,
    }));
}

function singular(plural: string): string {
  return plural.replace(/s$/, '');
}
