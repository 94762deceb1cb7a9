import { invalidRequest } from '#platform/errors.ts';
import { rawSql, type Sql, sql } from '#platform/postgres/sql.ts';
import type { Resource, ResourceField, ResourceReference } from '../imports/resource.ts';
import type { ExportColumn, ExportFilter, ExportSource } from './export-source.query.ts';

/** What of a resource may be exported: all but what is protected, in the order of its fields. */
export function resourceSource(resource: Resource): ExportSource {
  const fields = resource.fields.filter(({ protector }) => protector === undefined);
  return {
    name: resource.name,
    columns: fields.map((field) => columnOf(resource, field)),
    filters: fields.flatMap((field) => filtersOf(resource, field)),
    from: rawSql(resource.name),
    order: rawSql(`${resource.name}.${resource.madeId === 'sequence' ? 'id' : 'no'}`),
  };
}

function columnOf(resource: Resource, field: ResourceField): ExportColumn {
  const { name, type, description } = field;
  const reference = resource.references.find(({ byKey }) => byKey === name);
  if (reference) {
    const value = rawSql(
      `(SELECT ${reference.keyColumns[0]} FROM ${reference.table} WHERE id = ${resource.name}.${reference.column})`,
    );
    return { name, type: 'text', value, isDerived: true, isDefault: false, description };
  }
  if (type === 'text[]')
    return { name, type, value: listOf(resource, name), isNullable: true, isDefault: true, description };
  const kind = type === 'text' || type === 'timestamptz' ? type : 'plain';
  const value = stored(resource, field);
  return { name, type: kind, value, isNullable: isNullable(field), isDefault: true, description };
}

/** Ids, times and references always have a value. */
function isNullable({ name, type, isRequired, whenAbsent }: ResourceField): boolean {
  return type === 'text' && name !== 'id' && isRequired !== true && whenAbsent === undefined;
}

function stored({ name: table }: Resource, { name, column = name }: ResourceField): Sql {
  return rawSql(`${table}.${column}`);
}

/** `tags` of `articles`: table `tags`, tied to the rows by `article_tags`. */
function listOf({ name: table }: Resource, list: string): Sql {
  const [row, element] = [singular(table), singular(list)];
  return rawSql(
    `ARRAY(SELECT ${element} FROM ${row}_${list} JOIN ${list} ON ${list}.id = ${element}_id
           WHERE ${row}_id = ${table}.id ORDER BY place)`,
  );
}

function filtersOf(resource: Resource, field: ResourceField): ExportFilter[] {
  const { name, type } = field;
  const column = stored(resource, field);
  if (type === 'timestamptz') {
    const stem = name.replace(/_at$/, '');
    return [
      momentFilter(field, `${stem}_after`, (moment) => sql`${column} > ${moment}::timestamptz`),
      momentFilter(field, `${stem}_before`, (moment) => sql`${column} < ${moment}::timestamptz`),
    ];
  }
  if (type === 'text[]') return [elementFilter(resource, field)];
  const reference = resource.references.find(({ byKey }) => byKey === name);
  if (reference) return [referenceFilter(resource, field, reference)];
  const isReference = resource.references.some((each) => each.column === name);
  const isWord = field.whenAbsent !== undefined || resource.unique.includes(name) || isReference;
  if (!isWord || name === 'id') return [];
  return [
    {
      name,
      description: `Rows with this ${name}`,
      condition: (value) => sql`${column} = ${read(field, name, value)}${rawSql(`::${type}`)}`,
    },
  ];
}

function momentFilter(field: ResourceField, name: string, condition: (moment: string) => Sql): ExportFilter {
  return {
    name,
    description: `Rows whose ${field.name} is ${name.endsWith('after') ? 'after' : 'before'} this moment, RFC 3339`,
    condition: (value) => condition(read(field, name, value)),
  };
}

function elementFilter(resource: Resource, field: ResourceField): ExportFilter {
  const name = singular(field.name);
  return {
    name,
    description: `Rows that have this ${name}`,
    condition(value) {
      // PostgreSQL has no text with NUL in it, and would say so in the middle of the answer.
      if (value.includes('\0')) throw invalidRequest(name, 'must not contain NUL');
      return sql`${value} = ANY(${listOf(resource, field.name)})`;
    },
  };
}

/** By id or by any of the natural keys. */
function referenceFilter(
  resource: Resource,
  field: ResourceField,
  reference: ResourceReference,
): ExportFilter {
  const { name } = field;
  const { table, column, keyColumns } = reference;
  const ids = resource.fields.find((each) => each.name === column);
  return {
    name,
    description: `Rows of this ${name}: ${['id', ...keyColumns].join(', ')} of one of ${table}`,
    condition(value) {
      const id = ids?.read(value);
      const isId = id !== undefined && 'value' in id && id.value !== null;
      const key = isId ? value : read(field, name, value);
      const byId = isId ? [sql`id = ${id.value}${rawSql(`::${ids?.type ?? 'text'}`)}`] : [];
      const either = [...byId, ...keyColumns.map((keyColumn) => sql`${rawSql(keyColumn)} = ${key}`)];
      const any = either.reduce((left, right) => sql`${left} OR ${right}`);
      const { name: rows } = resource;
      return sql`${rawSql(`${rows}.${column}`)} IN (SELECT id FROM ${rawSql(table)} WHERE ${any})`;
    },
  };
}

/** The stored form of a value. Throws AppError invalid_request. */
function read(field: ResourceField, filter: string, value: string): string {
  const reading = field.read(value);
  if ('fault' in reading) {
    const { message, expected } = reading.fault;
    throw invalidRequest(filter, expected === undefined ? message : `${message} Expected: ${expected}`);
  }
  if (reading.value === null) throw invalidRequest(filter, 'must not be empty');
  return reading.value;
}

function singular(plural: string): string {
  return plural.replace(/s$/, '');
}
