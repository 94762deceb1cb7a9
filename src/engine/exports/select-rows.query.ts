import { joinSql, rawSql, type Sql, sql } from '#platform/postgres/sql.ts';
import { isDelimited } from './export-format.ts';
import type { ExportPlan } from './export-plan.query.ts';
import type { ExportColumn } from './export-source.query.ts';

/** Code points of what starts a formula, see `ingestion/formula-guard.ts`. A text in PostgreSQL has no NUL. */
const FORMULA_STARTS = '61, 43, 45, 64, 9, 13, 10, 65309, 65291, 65293, 65312';
const APOSTROPHE = '39';

/** The rows of an export as PostgreSQL itself writes them, without heading; a row of JSON array text begins with a comma. */
export function copyRows(plan: ExportPlan): Sql {
  const { format } = plan;
  if (isDelimited(format)) {
    const delimiter = format === 'tsv' ? rawSql(`, DELIMITER E'\\t'`) : rawSql('');
    return sql`COPY (${selectRows(plan)}) TO STDOUT (FORMAT csv${delimiter})`;
  }
  const comma = format === 'json' ? rawSql(`',' || `) : rawSql('');
  // JSON text has no control characters, so with these for delimiter and quote every row is written as it is.
  return sql`
    COPY (SELECT ${comma}row_to_json(row)::text FROM (${selectRows(plan)}) AS row)
    TO STDOUT (FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01')`;
}

/** For the transaction of the copy: JSON writes moments in the zone of the session. */
export const inUtc = sql`SET LOCAL timezone = 'UTC'`;

function selectRows(plan: ExportPlan): Sql {
  const { source, columns, conditions } = plan;
  const values = columns.map((column) => sql`${valueOf(column, plan)} AS ${rawSql(`"${column.name}"`)}`);
  const where = [...(source.always ? [source.always] : []), ...conditions];
  const filter = where.length === 0 ? rawSql('') : sql`WHERE ${joinSql(where, ' AND ')}`;
  return sql`SELECT ${joinSql(values, ', ')} FROM ${source.from} ${filter} ORDER BY ${source.order}`;
}

function valueOf({ type, value, isDerived }: ExportColumn, { format, isGuarded }: ExportPlan): Sql {
  if (!isDelimited(format)) return value;
  switch (type) {
    case 'plain':
      return value;
    case 'timestamptz':
      // The quickest way to RFC 3339 by far, and as in JSON.
      return sql`to_jsonb(${value}) ->> 0`;
    case 'text':
      if (!isGuarded) return value;
      return isDerived === true ? derived(value) : guarded(value);
    case 'text[]':
      return listCell(value, isGuarded);
  }
}

function guarded(text: Sql): Sql {
  return sql`
    CASE WHEN ascii(${text}) IN (${rawSql(`${FORMULA_STARTS}, ${APOSTROPHE}`)})
              AND ascii(ltrim(${text}, '''')) IN (${rawSql(FORMULA_STARTS)})
         THEN '''' || ${text} ELSE ${text} END`;
}

/** OFFSET keeps the planner from copying the value to each place where it is used. */
function derived(value: Sql): Sql {
  return sql`(SELECT ${guarded(sql`cell`)} FROM (SELECT ${value} AS cell OFFSET 0) AS once)`;
}

/** NULL for an empty list: a cell without anything. */
function listCell(list: Sql, isGuarded: boolean): Sql {
  const escaped = rawSql(`replace(replace(element, '\\', '\\\\'), '|', '\\|')`);
  return sql`
    (SELECT ${isGuarded ? guarded(sql`cell`) : sql`cell`}
     FROM (SELECT string_agg(${escaped}, '|' ORDER BY place) AS cell
           FROM unnest(${list}) WITH ORDINALITY AS elements (element, place)) AS list)`;
}
