import type { Pool } from '#platform/postgres/database.ts';
import type { JobContext } from '../jobs/define-job.ts';
import type { ImportRun } from './import-run.query.ts';
import type { Resource } from './resource.ts';
import { type StageNames, stageNames } from './stage-table.query.ts';

/** The tables of one attempt at an import, besides those of the reader. */
export interface AttemptTables extends StageNames {
  /** What the checks found: record, number of the check, what it conflicts with. */
  readonly found: string;
  /** Ids of the records that are referred to, one row for each record. */
  readonly refs: string;
  /** Ids made of the record's article. */
  readonly made: string;
}

/** One attempt at loading an import. */
export interface Attempt {
  readonly pool: Pool;
  readonly run: ImportRun;
  readonly resource: Resource;
  readonly tables: AttemptTables;
  readonly context: JobContext;
}

export function attemptTables(importNo: number, leaseToken: number): AttemptTables {
  const names = stageNames(importNo, leaseToken);
  const { table } = names;
  return { ...names, found: `${table}_found`, refs: `${table}_refs`, made: `${table}_made` };
}
