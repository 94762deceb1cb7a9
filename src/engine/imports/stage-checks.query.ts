import { rawSql, type Sql, sql } from '#platform/postgres/sql.ts';
import type { ErrorCode } from '../ingestion/error-codes.ts';
import type { AttemptTables } from './attempt.ts';
import type { OnConflict } from './import-options.ts';
import type { Resource, ResourceReference } from './resource.ts';
import { presentBit } from './stage-table.query.ts';

/** A question about staged records whose answer is the offenders. */
export interface StageCheck {
  readonly code: ErrorCode;
  readonly field: string;
  /** `%` stands for what the record conflicts with. */
  readonly message: string;
  /** Offending records `s` within a scope: `record`, `conflict_with`. */
  select(scope: Sql): Sql;
}

/** What has to be known to ask. */
export interface CheckSetting {
  readonly resource: Resource;
  readonly tables: AttemptTables;
  readonly onConflict: OnConflict;
}

/** All checks, in the order in which a record's errors are told. */
export function stageChecks(setting: CheckSetting): readonly StageCheck[] {
  const { resource } = setting;
  return [
    ...resource.unique.map((column) => duplicateInFile(setting, column)),
    ...targetChecks(setting),
    ...resource.references.flatMap((reference, at) => missingReferences(setting, reference, at)),
  ];
}

/** Those whose answer other writers may change while the records are loaded. */
export function lateChecks(setting: CheckSetting): readonly StageCheck[] {
  const { resource } = setting;
  return [
    ...targetChecks(setting),
    ...resource.references.map((reference, at) => goneReference(setting, reference, at)),
  ];
}

function targetChecks(setting: CheckSetting): readonly StageCheck[] {
  const { resource, onConflict } = setting;
  const { naturalKey, unique } = resource;
  if (onConflict === 'error') return unique.map((column) => duplicateInTarget(setting, column));
  const others = unique.filter((column) => column !== naturalKey);
  const checks = others.map((column) => duplicateInTarget(setting, column));
  return onConflict === 'update' && others.includes('id') ? [idMismatch(setting), ...checks] : checks;
}

/** The first record of a file with a value wins, whatever else becomes of it. */
function duplicateInFile({ resource, tables }: CheckSetting, field: string): StageCheck {
  const column = rawSql(`s."${field}"`);
  const stage = rawSql(tables.table);
  const hash = rawSql(`${HASHES[typeOf(resource, field)]}(s."${field}")`);
  return {
    code: 'duplicate_in_file',
    field,
    message: `An earlier record of the file has the same ${field} (%). Keep one of them.`,
    // Hashes of four bytes sort and group several times faster than the values, and few of them are shared.
    select: (scope) => sql`
      WITH shared AS MATERIALIZED (
        SELECT ${hash} AS hash FROM ${stage} s WHERE ${isGiven(resource, field)} GROUP BY 1 HAVING count(*) > 1
      ), placed AS (
        SELECT s.record, first_value(s.record) OVER same AS first,
               first_value(coalesce(s.entry || ' ', '') || 'line ' || s.line_start) OVER same AS conflict_with
        FROM ${stage} s
        WHERE ${isGiven(resource, field)} AND ${hash} IN (SELECT hash FROM shared)
        WINDOW same AS (PARTITION BY ${column} ORDER BY s.record)
      )
      SELECT s.record, s.conflict_with FROM placed s WHERE s.record <> s.first AND ${scope}`,
  };
}

const HASHES: Readonly<Record<string, string>> = { text: 'hashtext', uuid: 'uuid_hash', bigint: 'hashint8' };

/** A stored row has the value: any row for `error`, else one that is not the record's own. */
function duplicateInTarget({ resource, tables, onConflict }: CheckSetting, field: string): StageCheck {
  const { naturalKey } = resource;
  const target = rawSql(resource.name);
  const own = rawSql(
    `LEFT JOIN ${resource.name} own ON own.${stored(resource, naturalKey)} = s."${naturalKey}"`,
  );
  const isOther: Readonly<Record<OnConflict, Sql>> = {
    error: sql`true`,
    skip: sql`own.id IS NULL`,
    // A record with an own row and another id is a mismatch already.
    update: field === 'id' ? sql`own.id IS NULL` : sql`own.id IS DISTINCT FROM t.id`,
  };
  return {
    code: 'duplicate_in_target',
    field,
    message: `A record with this ${field} exists already (id %). Update it, or skip.`,
    select: (scope) => sql`
      SELECT s.record, t.id::text AS conflict_with
      FROM ${rawSql(tables.table)} s
      JOIN ${target} t ON t.${rawSql(stored(resource, field))} = s.${rawSql(`"${field}"`)}
      ${onConflict === 'error' ? sql`` : own}
      WHERE ${isGiven(resource, field)} AND ${isOther[onConflict]} AND ${scope}`,
  };
}

function idMismatch({ resource, tables }: CheckSetting): StageCheck {
  const { naturalKey } = resource;
  return {
    code: 'id_mismatch',
    field: 'id',
    message: `The record with this ${naturalKey} has another id (%). Leave the id out, or correct it.`,
    select: (scope) => sql`
      SELECT s.record, own.id::text AS conflict_with
      FROM ${rawSql(tables.table)} s
      JOIN ${rawSql(resource.name)} own ON own.${rawSql(stored(resource, naturalKey))} = s.${rawSql(`"${naturalKey}"`)}
      WHERE ${isGiven(resource, 'id')} AND own.id <> s.id AND ${scope}`,
  };
}

/** By id, by key, and where both are given but name two rows. */
function missingReferences(
  { tables }: CheckSetting,
  { column, byKey, table }: ResourceReference,
  at: number,
): readonly StageCheck[] {
  const check = (field: string, code: ErrorCode, fault: number, message: string): StageCheck => ({
    code,
    field,
    message,
    select: (scope) => sql`
      SELECT s.record, NULL::text AS conflict_with FROM ${rawSql(tables.refs)} s
      WHERE ${rawSql(`s.fault_${at} & ${fault} <> 0`)} AND ${scope}`,
  });
  const missing = `There is no record of ${table} with this value. Load that one first.`;
  return [
    check(column, 'reference_missing', REFERENCE_FAULTS.noId, missing),
    check(byKey, 'reference_missing', REFERENCE_FAULTS.noKey, missing),
    check(
      byKey,
      'id_mismatch',
      REFERENCE_FAULTS.two,
      `${column} and ${byKey} name two records of ${table}. Give one.`,
    ),
  ];
}

/** Bits of `fault_<n>` in the table of references. */
export const REFERENCE_FAULTS = { noId: 1, noKey: 2, two: 4 } as const;

function goneReference(
  { tables, resource }: CheckSetting,
  { column, byKey, table }: ResourceReference,
  at: number,
): StageCheck {
  const field = resource.fields.some(({ name }) => name === column) ? column : byKey;
  return {
    code: 'reference_missing',
    field,
    message: `There is no record of ${table} with this value. Load that one first.`,
    select: (scope) => sql`
      SELECT s.record, NULL::text AS conflict_with FROM ${rawSql(tables.refs)} s
      WHERE NOT EXISTS (SELECT FROM ${rawSql(table)} p WHERE p.id = ${rawSql(`s.id_${at}`)}) AND ${scope}`,
  };
}

/** A made id is new by the way it is made. */
function isGiven(resource: Resource, field: string): Sql {
  if (field === 'id') return rawSql(`s.present & ${presentBit(resource, 'id')} <> 0 AND s.id IS NOT NULL`);
  return rawSql(`s."${field}" IS NOT NULL`);
}

function stored(resource: Resource, field: string): string {
  return resource.fields.find(({ name }) => name === field)?.column ?? field;
}

export function typeOf(resource: Resource, field: string): string {
  return resource.fields.find(({ name }) => name === field)?.type ?? 'text';
}
