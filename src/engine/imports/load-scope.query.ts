import { rawSql, type Sql, sql } from '#platform/postgres/sql.ts';
import type { AttemptTables } from './attempt.ts';
import type { ImportRun } from './import-run.query.ts';
import { RECORDS_PER_CHUNK } from './judge-stage.query.ts';
import type { ListTable } from './list-table.ts';
import type { Resource } from './resource.ts';
import { presentBit } from './stage-table.query.ts';

/** Record numbers `from` to before `to`. */
export interface RecordRange {
  readonly from: number;
  readonly to: number;
}

export interface LoadSetting {
  readonly resource: Resource;
  readonly tables: AttemptTables;
  readonly run: Pick<ImportRun, 'no' | 'options' | 'firstNo'>;
}

export function isSameKey({ fields, naturalKey }: Resource): Sql {
  const column = fields.find(({ name }) => name === naturalKey)?.column ?? naturalKey;
  return rawSql(`t.${column} = s."${naturalKey}"`);
}

/** A list for WITH: `refused`, the refused records of the range and of some around it. */
export function refusedIn(importNo: number, { from, to }: RecordRange): Sql {
  return sql`
    refused AS MATERIALIZED (
      SELECT unnest(records) AS record FROM import_rejects
      WHERE import_no = ${importNo} AND chunk BETWEEN (${from}::bigint - 1) / ${RECORDS_PER_CHUNK}::bigint
                                                  AND (${to}::bigint - 2) / ${RECORDS_PER_CHUNK}::bigint)`;
}

export function isEligible({ from, to }: RecordRange): Sql {
  return sql`s.record >= ${from}::bigint AND s.record < ${to}::bigint
        AND NOT EXISTS (SELECT FROM refused WHERE refused.record = s.record)`;
}

/** SQL: the record's list is another one than that of the row `t`. */
export function listDiffers(resource: Resource, list: ListTable): string {
  const { field, elements, element, links, ownerId, elementId } = list;
  return `(s.present & ${presentBit(resource, field)} <> 0 AND coalesce(s."${field}", '{}') IS DISTINCT FROM
    ARRAY(SELECT e.${element}::text FROM ${links} l JOIN ${elements} e ON e.id = l.${elementId}
          WHERE l.${ownerId} = t.id ORDER BY l.place))`;
}
