import type { FieldError } from '#engine/ingestion/field-error.ts';
import type { TableHead, TableRecord } from '../../table/task-table.ts';
import type { RecordRules } from './record-rules.ts';

/** Errors of a report that are listed one by one; all of them are counted. */
const LISTED_ERRORS = 100;

/** What came of the records, as it is added up. */
export interface ReportBuilder {
  /** A record that is well-formed, and what is wrong with it. */
  add(record: TableRecord, errors: readonly FieldError[]): void;
  /** The whole as JSON, for people too. */
  text(): string;
  readonly valid: number;
  readonly invalid: number;
}

type Counts = Record<string, number>;

export function createReport(table: TableHead, rules: RecordRules): ReportBuilder {
  // A field may be called __proto__.
  const ofFields = new Map<string, Counts>(rules.fields.map(({ name }) => [name, {}]));
  const ofRecords: Counts = {};
  const listed: object[] = [];
  let valid = 0;
  let invalid = 0;
  let total = 0;

  return {
    get valid() {
      return valid;
    },
    get invalid() {
      return invalid;
    },
    add({ record, lineStart }, errors) {
      if (errors.length === 0) valid++;
      else invalid++;
      for (const error of errors) {
        const { code, field } = error;
        let counts = field === null ? ofRecords : ofFields.get(field);
        if (!counts) ofFields.set(field as string, (counts = {}));
        counts[code] = (counts[code] ?? 0) + 1;
        total++;
        if (listed.length < LISTED_ERRORS) listed.push({ line: lineStart, record, ...error });
      }
    },
    text() {
      const declared = new Map(rules.fields.map(({ name, type }) => [name, type]));
      const report = {
        valid: invalid === 0,
        records: { checked: valid + invalid, valid, invalid },
        errors: total,
        fields: [...ofFields].map(([name, errors]) => ({
          name,
          type: declared.get(name) ?? null,
          errors,
        })),
        errors_of_whole_records: ofRecords,
        columns_without_field: table.columns.filter((name) => !declared.has(name)),
        first_errors: listed,
        first_errors_are_all: listed.length === total,
      };
      return `${JSON.stringify(report, null, 2)}\n`;
    },
  };
}
