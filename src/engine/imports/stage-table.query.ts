import type { Database } from '#platform/postgres/database.ts';
import { rawSql } from '#platform/postgres/sql.ts';
import type { Resource } from './resource.ts';
import { createStaging } from './stage-create.query.ts';

/** The two tables of one attempt at an import, with their schema; made of numbers only, so they may stand in SQL. */
export interface StageNames {
  readonly table: string;
  readonly errors: string;
}

export interface StageColumn {
  readonly name: string;
  readonly type: string;
}

/** What is known of every record. Lines and records count from 1 as in the report; records go on from file to file of an archive. */
const RECORD_COLUMNS: readonly StageColumn[] = [
  { name: 'record', type: 'bigint NOT NULL' },
  { name: 'line_start', type: 'bigint NOT NULL' },
  { name: 'line_end', type: 'bigint NOT NULL' },
  { name: 'byte_offset', type: 'bigint NOT NULL' },
  // Bit n: the file has a column (NDJSON: the record has a key) for field n. Never set for an id that we made.
  { name: 'present', type: 'integer NOT NULL' },
  { name: 'is_rejected', type: 'boolean NOT NULL' },
  { name: 'entry', type: 'text' },
];

/** As `record_errors`; `ord` counts the errors of one record from 1, in the order of its columns. */
const ERROR_COLUMNS: readonly StageColumn[] = [
  { name: 'record', type: 'bigint NOT NULL' },
  { name: 'ord', type: 'smallint NOT NULL' },
  { name: 'line_start', type: 'bigint NOT NULL' },
  { name: 'line_end', type: 'bigint NOT NULL' },
  { name: 'byte_offset', type: 'bigint NOT NULL' },
  { name: 'column_index', type: 'integer' },
  { name: 'code', type: 'text NOT NULL' },
  { name: 'category', type: 'text NOT NULL' },
  { name: 'phase', type: 'text NOT NULL' },
  { name: 'entry', type: 'text' },
  { name: 'column', type: 'text' },
  { name: 'field', type: 'text' },
  { name: 'value', type: 'text' },
  { name: 'expected', type: 'text' },
  { name: 'suggestion', type: 'text' },
  { name: 'constraint', type: 'text' },
  { name: 'conflict_with', type: 'text' },
  { name: 'message', type: 'text NOT NULL' },
];

export function stageNames(importNo: number, leaseToken: number): StageNames {
  const table = `staging.i${importNo}_${leaseToken}`;
  return { table, errors: `${table}_errors` };
}

/**
 * The columns of a stage table in their order: those of every record, then one for each field of the resource under
 * its name in files. A value that was refused is NULL there; so is an empty one that stands for NULL.
 */
export function stageColumns(resource: Resource): readonly StageColumn[] {
  return [...RECORD_COLUMNS, ...resource.fields.map(({ name, type }) => ({ name, type: stageType(type) }))];
}

/** The bit of `present` that belongs to a field. */
export function presentBit(resource: Resource, field: string): number {
  return 1 << resource.fields.findIndex(({ name }) => name === field);
}

/** Makes both tables, empty and outside of any transaction; see `createStaging`. */
export function createStage(db: Database, stage: StageNames, resource: Resource): Promise<void> {
  return createStaging(db, [
    {
      table: stage.table,
      columns: stageColumns(resource),
      index: 'USING brin (record) WITH (pages_per_range = 32)',
    },
    { table: stage.errors, columns: ERROR_COLUMNS },
  ]);
}

/** The COPY of rows in the text format, in the order of `stageColumns`. */
export function stageCopy(stage: StageNames, resource: Resource): string {
  return copyOf(stage.table, stageColumns(resource));
}

export function stageErrorsCopy(stage: StageNames): string {
  return copyOf(stage.errors, ERROR_COLUMNS);
}

/** Makes a filled stage ready for questions: ranges of records are found by index, and the planner knows the sizes. */
export async function finishStage(tx: Database, stage: StageNames, resource: Resource): Promise<void> {
  const keys = [...new Set([...resource.unique, ...resource.references.flatMap((r) => [r.column, r.byKey])])];
  // Rows lie in the order of the file, so it is enough to know which pages hold which records.
  await tx.run('indexStage', rawSql(`SELECT brin_summarize_new_values('${stage.table}_idx')`));
  await tx.run('sampleStage', rawSql('SET LOCAL default_statistics_target = 20'));
  const list = keys.map((name) => `"${name}"`).join(', ');
  await tx.run(
    'analyzeStage',
    rawSql(`ANALYZE ${stage.table} (record, is_rejected, ${list}), ${stage.errors} (record)`),
  );
}

/** Absent tables are fine. */
export async function dropStage(db: Database, stage: StageNames): Promise<void> {
  await db.run('dropStage', rawSql(`DROP TABLE IF EXISTS ${stage.table}, ${stage.errors}`));
}

function stageType(type: string): string {
  return type === 'text' ? 'text COLLATE "C"' : type;
}

function copyOf(table: string, columns: readonly StageColumn[]): string {
  const list = columns.map(({ name }) => `"${name}"`).join(', ');
  return `COPY ${table} (${list}) FROM STDIN (FORMAT text)`;
}
