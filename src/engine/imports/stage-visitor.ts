import type { RawRecord } from '../ingestion/delimited-reader.ts';
import { type FieldError, fieldError } from '../ingestion/field-error.ts';
import { createLedger, type LedgerReport } from '../ingestion/ledger.ts';
import type { RecordPosition } from '../ingestion/record-error.ts';
import type { RefusedRecord } from '../ingestion/source-record.ts';
import { createRecordJudge, type RecordJudge } from './judge-record.ts';
import { idMaker } from './made-id.ts';
import { createKeyFinder, type KeyFinder } from './key-finder.ts';
import type { OpenedImport, PlannedFile } from './open-import.ts';
import type { RecordVisitor } from './read-records.ts';
import type { Resource } from './resource.ts';
import { createSecretRows, mentionsSecret, type SecretRows } from './secret-values.ts';
import type { StagedRecord, StageWriter } from './stage-writer.ts';

export interface StageVisitor extends RecordVisitor {
  /** The counts, which must add up to the records read. */
  close(recordsRead: number): LedgerReport;
  /** Cells whose guard against spreadsheets was taken away. */
  unguarded(): number;
  readonly keys: KeyFinder;
}

interface Visit {
  readonly resource: Resource;
  readonly judge: RecordJudge;
  readonly writer: StageWriter;
  readonly secrets: SecretRows<StagedRecord>;
  /** Place of the field `id`. */
  readonly idField: number;
  readonly makeId: ((record: number) => string) | undefined;
  reject(at: RecordPosition, errors: readonly FieldError[]): void;
  accepted: number;
  entry: string | null;
}

export interface StageVisitOptions {
  readonly opened: OpenedImport;
  readonly resource: Resource;
  readonly importId: string;
  readonly writer: StageWriter;
  readonly detailCap: number | undefined;
  readonly signal: AbortSignal;
}

/** Judges record after record and hands each to the writer, with its errors. */
export function createStageVisitor(options: StageVisitOptions): StageVisitor {
  const { opened, resource, writer } = options;
  let ord = 0;
  const ledger = createLedger({
    ...(options.detailCap !== undefined && { detailCap: options.detailCap }),
    onError: (error) => writer.error(error, ++ord),
  });
  const keys = createKeyFinder(opened.find, opened.secretNames);
  const visit: Visit = {
    resource,
    judge: createRecordJudge(resource),
    writer,
    secrets: createSecretRows(resource),
    idField: resource.fields.findIndex(({ name }) => name === 'id'),
    makeId: resource.madeId === 'uuid' ? idMaker(options.importId) : undefined,
    reject(at, errors) {
      ord = 0;
      ledger.reject(at, errors);
    },
    accepted: 0,
    entry: null,
  };
  let file: PlannedFile | undefined;
  let fields: readonly number[] = [];

  return {
    enter(next) {
      file = next;
      visit.entry = opened.isArchive ? next.source.name : null;
      const { header, places } = next.plan;
      ledger.enter({
        ...(visit.entry !== null && { entry: visit.entry }),
        ...(next.format !== 'ndjson' && { header }),
      });
      fields = places.flatMap((place, field) => (place >= 0 ? [field] : []));
    },
    cells: (record) => judgeCells(visit, record, file as PlannedFile, fields, opened.hasSecrets),
    object(record) {
      visit.judge.begin();
      for (const key in record.value) {
        const field = keys.fieldOf(key);
        if (field >= 0) visit.judge.json(field, record.value[key]);
      }
      settle(visit, record);
    },
    refused: (record) => stageRefused(visit, record, hidesRaw(opened, file, record)),
    async chunk() {
      await visit.secrets.release((row, values) => writer.write(row, values), options.signal);
      await writer.ready();
    },
    close(recordsRead) {
      ledger.accept(visit.accepted);
      return ledger.close(recordsRead);
    },
    unguarded: () => visit.judge.unguarded,
    keys,
  };
}

function judgeCells(
  visit: Visit,
  record: RawRecord,
  { plan: { header, places } }: PlannedFile,
  fields: readonly number[],
  hidesValues: boolean,
): void {
  const { cells } = record;
  const { judge } = visit;
  if (cells.length !== header.length) {
    const code = cells.length < header.length ? 'missing_cell' : 'extra_cell';
    const message = `The record has ${cells.length} cells, the header ${header.length}.`;
    const value = hidesValues || code === 'missing_cell' ? '' : (cells[header.length] as string);
    const column = code === 'missing_cell' ? cells.length + 1 : header.length + 1;
    return stageRefused(visit, {
      ...positionOf(record),
      errors: [fieldError(code, { column, value, message })],
    });
  }
  judge.begin();
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] as number;
    const place = places[field] as number;
    const text = cells[place] as string;
    judge.cell(field, text, text !== '' || record.quoted(place), place + 1);
  }
  settle(visit, record);
}

/** Stages the record that was judged last. */
function settle(visit: Visit, record: RecordPosition): void {
  const { judge, idField } = visit;
  const { values, errors } = judge;
  judge.end();
  let { present } = judge;
  if (errors.length > 0) {
    visit.reject(record, errors);
    visit.resource.fields.forEach(({ protector }, at) => {
      if (protector !== undefined) values[at] = null;
    });
    return visit.writer.write(stagedRecord(visit, record, present, true), values);
  }
  if (idField >= 0 && values[idField] === null) {
    present &= ~(1 << idField);
    if (visit.makeId) values[idField] = visit.makeId(record.record);
  }
  visit.accepted++;
  const row = stagedRecord(visit, record, present, false);
  if (!visit.secrets.hold(row, values)) visit.writer.write(row, values);
}

function stageRefused(
  visit: Visit,
  refused: RecordPosition & { readonly errors: readonly FieldError[] },
  hidesValues = false,
): void {
  visit.judge.begin();
  const errors = hidesValues ? refused.errors.map((error) => ({ ...error, value: '' })) : refused.errors;
  visit.reject(refused, errors);
  visit.writer.write(stagedRecord(visit, refused, 0, true), visit.judge.values);
}

/** Where cells cannot be told apart, any part of the record may be a password. */
function hidesRaw(opened: OpenedImport, file: PlannedFile | undefined, record: RefusedRecord): boolean {
  if (file?.format !== 'ndjson') return opened.hasSecrets;
  return opened.secretNames.length > 0 && mentionsSecret(record.raw(), opened.secretNames);
}

function stagedRecord(
  { entry }: Visit,
  { record, lineStart, lineEnd, byteOffset }: RecordPosition,
  present: number,
  isRejected: boolean,
): StagedRecord {
  return { record, lineStart, lineEnd, byteOffset, present, isRejected, entry };
}

function positionOf({ record, lineStart, lineEnd, byteOffset }: RecordPosition): RecordPosition {
  return { record, lineStart, lineEnd, byteOffset };
}
