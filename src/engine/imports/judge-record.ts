import { type FieldError, fieldError } from '../ingestion/field-error.ts';
import { unguardFormula } from '../ingestion/formula-guard.ts';
import type { FieldFault, FieldReading, Resource, ResourceField } from './resource.ts';

/** Takes the values of one record after the other. One object for all: what it holds is valid until `begin`. */
export interface RecordJudge {
  /** Stored forms, by field; null where there is no value or a wrong one. */
  readonly values: (string | null)[];
  /** All that is wrong with the record, in the order in which its values came. */
  readonly errors: FieldError[];
  /** Bit n: a value, or the lack of one, was given for field n. */
  readonly present: number;
  /** Cells that had a guard against spreadsheets, of all records. */
  readonly unguarded: number;
  begin(): void;
  /** A cell; an empty one without quotes is no value. `column` counts from 1. */
  cell(field: number, text: string, isQuoted: boolean, column: number): void;
  /** A value of JSON; null is no value. */
  json(field: number, value: unknown): void;
  /** Looks at what needs the whole record: fields without a value, references, rules over several fields. */
  end(): void;
}

interface JudgeState {
  readonly resource: Resource;
  readonly values: (string | null)[];
  readonly errors: FieldError[];
  /** Bit n: the value of field n was refused. */
  refused: number;
  present: number;
  unguarded: number;
  /** For each field the column it stands in, from 1; null in NDJSON. */
  readonly columns: (number | null)[];
  readonly fieldNumbers: ReadonlyMap<string, number>;
}

const MISSING = fieldError('required');

export function createRecordJudge(resource: Resource): RecordJudge {
  const { fields } = resource;
  if (fields.length > 31) throw new Error(`${resource.name} has more fields than a record has bits`);
  const state: JudgeState = {
    resource,
    values: fields.map(() => null),
    errors: [],
    refused: 0,
    present: 0,
    unguarded: 0,
    columns: fields.map(() => null),
    fieldNumbers: new Map(fields.map(({ name }, at) => [name, at])),
  };
  return {
    values: state.values,
    errors: state.errors,
    get present() {
      return state.present;
    },
    get unguarded() {
      return state.unguarded;
    },
    begin() {
      state.values.fill(null);
      if (state.errors.length > 0) state.errors.length = 0;
      state.refused = 0;
      state.present = 0;
    },
    cell: (at, text, isQuoted, column) => judgeCell(state, at, text, isQuoted, column),
    json: (at, value) => judgeJson(state, at, value),
    end: () => judgeWhole(state),
  };
}

function judgeCell(state: JudgeState, at: number, text: string, isQuoted: boolean, column: number): void {
  const field = state.resource.fields[at] as ResourceField;
  state.present |= 1 << at;
  state.columns[at] = column;
  if (text === '' && !isQuoted) return;
  // 39: an apostrophe. Passwords are never written by an export, so nobody has guarded them.
  const mayBeGuarded = text.charCodeAt(0) === 39 && isText(field) && field.protector === undefined;
  const bare = mayBeGuarded ? unguardFormula(text) : text;
  if (bare.length !== text.length) state.unguarded++;
  if (bare === '' && field.isRequired === true) return;
  take(state, at, field.read(bare), text);
}

function judgeJson(state: JudgeState, at: number, value: unknown): void {
  const field = state.resource.fields[at] as ResourceField;
  if ((state.present & (1 << at)) !== 0) return refuse(state, at, fieldError('duplicate_header'), '');
  state.present |= 1 << at;
  state.columns[at] = null;
  if (value === null || (value === '' && field.isRequired === true)) return;
  if (typeof value === 'string') return take(state, at, field.read(value), value);
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (isNumber && field.type === 'bigint') return take(state, at, field.read(String(value)), String(value));
  const isList = Array.isArray(value) && value.every((element) => typeof element === 'string');
  if (isList && field.readList) return take(state, at, field.readList(value), JSON.stringify(value));
  const expected = field.readList ? 'an array of texts' : field.type === 'bigint' ? 'a number' : 'a text';
  refuse(state, at, { ...fieldError('type_error'), expected }, shownJson(value));
}

function shownJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}

function take(state: JudgeState, at: number, reading: FieldReading, found: string): void {
  if ('fault' in reading) refuse(state, at, reading.fault, found);
  else state.values[at] = reading.value;
}

function judgeWhole(state: JudgeState): void {
  const { fields, references, check } = state.resource;
  for (let at = 0; at < fields.length; at++) {
    if (fields[at]?.isRequired === true && !isSettled(state, at)) refuse(state, at, MISSING, '');
  }
  for (const { column, byKey } of references) {
    const id = state.fieldNumbers.get(column) as number;
    const key = state.fieldNumbers.get(byKey) as number;
    if (isSettled(state, id) || isSettled(state, key)) continue;
    const message = `Neither ${column} nor ${byKey} has a value. Give one of them.`;
    // Whoever gave neither of the columns is told of the id, which is the name in the table.
    refuse(state, (state.present & (1 << key)) === 0 ? id : key, { ...MISSING, message }, '');
  }
  if (check === undefined) return;
  for (const fault of check(byName(state))) {
    const at = state.fieldNumbers.get(fault.field) as number;
    if ((state.refused & (1 << at)) === 0) refuse(state, at, fault, state.values[at] ?? '');
  }
}

/** It has a value, or somebody has been told what is wrong with it. */
function isSettled({ values, refused }: JudgeState, at: number): boolean {
  return values[at] !== null || (refused & (1 << at)) !== 0;
}

function refuse(state: JudgeState, at: number, fault: FieldFault, found: string): void {
  const { name, protector } = state.resource.fields[at] as ResourceField;
  state.refused |= 1 << at;
  state.values[at] = null;
  const { code, message, expected, suggestion } = fault;
  const isSecret = protector !== undefined;
  state.errors.push(
    fieldError(code, {
      column: state.columns[at] ?? null,
      field: name,
      value: isSecret ? '' : found,
      message,
      ...(expected !== undefined && { expected }),
      ...(suggestion !== undefined && !isSecret && { suggestion }),
    }),
  );
}

function isText({ type }: ResourceField): boolean {
  return type === 'text' || type === 'text[]';
}

function byName({ resource, values, present }: JudgeState): Record<string, string | null | undefined> {
  return Object.fromEntries(
    resource.fields.map(({ name }, at) => [name, (present & (1 << at)) === 0 ? undefined : values[at]]),
  );
}
