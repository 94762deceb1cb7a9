import type { Database } from '#platform/postgres/database.ts';
import { joinSql, rawSql, type Sql, sql } from '#platform/postgres/sql.ts';
import { ERROR_CODES } from '../ingestion/error-codes.ts';
import type { AttemptTables } from './attempt.ts';
import type { Resource } from './resource.ts';
import { REFERENCE_FAULTS, type StageCheck, typeOf } from './stage-checks.query.ts';
import { createStaging } from './stage-create.query.ts';

/** Records of a chunk of `import_rejects`: those whose `(record - 1) / this` is its number. */
export const RECORDS_PER_CHUNK = 10_000;

/** Where a field stood in the file that the errors are about. */
export interface FieldPlace {
  /** Null: the upload is no archive. */
  readonly entry: string | null;
  readonly field: string;
  readonly columnIndex: number | null;
  readonly column: string | null;
}

/** Outside of any transaction, as `createReferences`; see `createStaging`. */
export function createFound(db: Database, { found }: AttemptTables): Promise<void> {
  const columns = [
    { name: 'record', type: 'bigint NOT NULL' },
    { name: 'kind', type: 'smallint NOT NULL' },
    { name: 'conflict_with', type: 'text' },
  ];
  return createStaging(db, [{ table: found, columns }]);
}

export function createReferences(db: Database, { refs }: AttemptTables, resource: Resource): Promise<void> {
  const columns = resource.references.flatMap(({ column }, at) => [
    { name: `id_${at}`, type: typeOf(resource, column) },
    { name: `fault_${at}`, type: 'integer NOT NULL' },
  ]);
  const record = { name: 'record', type: 'bigint NOT NULL' };
  return createStaging(db, [{ table: refs, columns: [record, ...columns], index: '(record)' }]);
}

/** Looks the references of all records up: fills the table that has a row for each. */
export async function resolveReferences(
  tx: Database,
  tables: AttemptTables,
  resource: Resource,
): Promise<void> {
  const joins: Sql[] = [];
  const columns: Sql[] = [];
  resource.references.forEach(({ column, byKey, table, keyColumns }, at) => {
    joins.push(rawSql(`LEFT JOIN ${table} i${at} ON i${at}.id = s."${column}"`));
    keyColumns.forEach((key, nth) => {
      joins.push(rawSql(`LEFT JOIN ${table} k${at}_${nth} ON k${at}_${nth}.${key} = s."${byKey}"`));
    });
    const keyed = `coalesce(${keyColumns.map((_, nth) => `k${at}_${nth}.id`).join(', ')})`;
    const { noId, noKey, two } = REFERENCE_FAULTS;
    columns.push(
      rawSql(`CASE WHEN s."${column}" IS NULL THEN ${keyed} ELSE i${at}.id END AS id_${at},
        CASE WHEN s."${column}" IS NOT NULL AND i${at}.id IS NULL THEN ${noId} ELSE 0 END
        + CASE WHEN s."${byKey}" IS NOT NULL AND ${keyed} IS NULL THEN ${noKey} ELSE 0 END
        + CASE WHEN i${at}.id <> ${keyed} THEN ${two} ELSE 0 END AS fault_${at}`),
    );
  });
  const all = [rawSql('s.record'), ...columns];
  await tx.run('roomForReferences', ROOM);
  await tx.run(
    'resolveReferences',
    sql`
      INSERT INTO ${rawSql(tables.refs)}
      SELECT ${joinSql(all, ', ')} FROM ${rawSql(tables.table)} s ${joinSql(joins, ' ')}`,
  );
  await tx.run('analyzeReferences', rawSql(`ANALYZE ${tables.refs}`));
}

/** Runs one check over all records; `kind` is its number. */
export async function runCheck(
  tx: Database,
  tables: AttemptTables,
  check: StageCheck,
  kind: number,
): Promise<void> {
  await tx.run('roomForCheck', ROOM);
  // Numbers that hardly repeat are sorted in a third of the time that a table of them takes.
  await tx.run('sortForCheck', rawSql('SET LOCAL enable_hashagg = off'));
  await tx.run(
    `check ${check.code} ${check.field}`,
    sql`
      INSERT INTO ${rawSql(tables.found)} (record, kind, conflict_with)
      SELECT f.record, ${kind}::smallint, f.conflict_with FROM (${check.select(sql`true`)}) f`,
  );
}

// Sorting and hashing a million keys fits; more spills to disk.
const ROOM = rawSql(`SET LOCAL work_mem = '64MB'`);

/** `inReading`: how many reading has refused; without one, the stage is not looked through for them. */
export async function saveRejects(
  tx: Database,
  tables: AttemptTables,
  importNo: number,
  inReading: number,
): Promise<number> {
  const rows = await tx.many<{ refused: number }>(
    'saveRejects',
    sql`
      INSERT INTO import_rejects (import_no, chunk, records)
      SELECT ${importNo}::int, (record - 1) / ${RECORDS_PER_CHUNK}::bigint, array_agg(record ORDER BY record)
      FROM (SELECT record FROM ${rawSql(tables.table)} WHERE is_rejected AND ${inReading}::bigint > 0
            UNION SELECT record FROM ${rawSql(tables.found)}) refused
      GROUP BY 2
      RETURNING cardinality(records) AS refused`,
  );
  return rows.reduce((sum, { refused }) => sum + refused, 0);
}

export interface FoundCount {
  readonly kind: number;
  readonly entry: string | null;
  readonly count: number;
}

/** How many offenders each check found, by file where the upload is an archive. */
export function countFound(tx: Database, tables: AttemptTables, isArchive: boolean): Promise<FoundCount[]> {
  const entries = isArchive
    ? rawSql(`JOIN ${tables.table} s USING (record)`)
    : sql`, (SELECT NULL::text AS entry) s`;
  return tx.many<FoundCount>(
    'countFound',
    sql`
      SELECT f.kind, s.entry, count(*)::float8 AS count
      FROM ${rawSql(tables.found)} f ${entries}
      GROUP BY f.kind, s.entry ORDER BY f.kind, s.entry`,
  );
}

/** Writes the errors of reading and checks into the report, in file order, the first `cap` of them. */
export async function saveStageErrors(
  tx: Database,
  tables: AttemptTables,
  resource: Resource,
  report: {
    readonly no: number;
    readonly cap: number;
    readonly checks: readonly StageCheck[];
    readonly places: readonly FieldPlace[];
  },
): Promise<void> {
  const { no, cap, checks, places } = report;
  await tx.run(
    'saveStageErrors',
    sql`
      WITH errors AS (
        (SELECT record, ord::int AS ord, code, category, phase, entry, line_start, line_end, byte_offset, column_index,
                "column", field, value, expected, suggestion, "constraint", conflict_with, message
         FROM ${rawSql(tables.errors)} ORDER BY record, ord LIMIT ${cap})
        UNION ALL
        (SELECT * FROM (${foundErrors(tables, resource, checks, places, rawSql(`${tables.found} f`))}) f
         ORDER BY record, ord LIMIT ${cap})
      ), numbered AS (SELECT row_number() OVER (ORDER BY record, ord) AS seq, errors.* FROM errors)
      INSERT INTO record_errors (report_no, seq, ${ERROR_COLUMNS})
      SELECT ${no}::bigint, seq, ${ERROR_COLUMNS} FROM numbered WHERE seq <= ${cap}`,
  );
}

export const ERROR_COLUMNS =
  rawSql(`record, code, category, phase, entry, line_start, line_end, byte_offset, column_index,
  "column", field, value, expected, suggestion, "constraint", conflict_with, message`);

const FIRST_ORD = 100_000;

/** What checks found, the rows `f` (`record`, `kind`, `conflict_with`), told as errors. */
export function foundErrors(
  tables: AttemptTables,
  resource: Resource,
  checks: readonly StageCheck[],
  places: readonly FieldPlace[],
  found: Sql,
): Sql {
  const kinds = checks.map(({ code, field, message }, kind) => {
    const { category, phase } = ERROR_CODES[code];
    return { kind, code, field, message, category, phase };
  });
  const fields = [...new Set(checks.map(({ field }) => field))].filter((field) =>
    resource.fields.some(({ name }) => name === field),
  );
  const values = joinSql(
    fields.map((field) => sql`WHEN ${field}::text THEN ${rawSql(`left(s."${field}"::text, 256)`)}`),
    ' ',
  );
  return sql`
    SELECT s.record, ${FIRST_ORD}::int + k.kind AS ord, k.code, k.category, k.phase, s.entry, s.line_start, s.line_end,
           s.byte_offset, p.column_index, p."column", k.field, coalesce(CASE k.field ${values} END, '') AS value,
           NULL::text AS expected, NULL::text AS suggestion, NULL::text AS "constraint", f.conflict_with,
           replace(k.message, '%', coalesce(f.conflict_with, '')) AS message
    FROM ${found}
    JOIN ${rawSql(tables.table)} s USING (record)
    JOIN json_to_recordset(${JSON.stringify(kinds)}::json)
      AS k (kind int, code text, field text, message text, category text, phase text) ON k.kind = f.kind
    LEFT JOIN json_to_recordset(${JSON.stringify(places.map(placeRow))}::json)
      AS p (entry text, field text, column_index int, "column" text)
      ON p.field = k.field AND p.entry IS NOT DISTINCT FROM s.entry`;
}

function placeRow({ entry, field, columnIndex, column }: FieldPlace): object {
  return { entry, field, column_index: columnIndex, column };
}
