import { type Static, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { createCellWriter } from '../table/cell-writer.ts';
import { columnAt } from '../table/find-column.ts';
import { formLike } from '../table/table-form.ts';
import type { TableHead, TableRecord } from '../table/task-table.ts';
import { addedColumns, renderAnswer, renderCells } from './enrich/added-columns.ts';
import { createAnswerShelf } from './enrich/answer-shelf.ts';
import type { AskedName, AskNames } from './enrich/asked-names.ts';
import { createRowBatch, type RowBatch, type Shelves } from './enrich/row-batch.ts';
import { defineOperation, type Operation, type TaskRun } from './operation.ts';

const Options = Type.Object(
  {
    name_column: Type.String({ description: 'The column of first names' }),
    country: Type.Optional(
      Type.String({ pattern: '^[A-Za-z]{2}$', description: 'Country of all names; absent: all countries' }),
    ),
    country_column: Type.Optional(
      Type.String({
        description:
          'A column of country codes such as US; an empty cell: the `country` of the options, or all',
      }),
    ),
    birth_year_column: Type.Optional(
      Type.String({
        description: 'A column of years (1985) or dates (1985-03-01); a cell that is neither: all years',
      }),
    ),
    birth_years_around: Type.Integer({
      minimum: 0,
      maximum: 50,
      default: 0,
      description: 'How many years before and after the year of birth count as well',
    }),
    prefix: Type.String({
      pattern: '^([A-Za-z0-9_][A-Za-z0-9_. -]*)?$',
      maxLength: 50,
      default: '',
      description: 'What the names of the added columns begin with',
    }),
  },
  { additionalProperties: false },
);
type EnrichOptions = Static<typeof Options>;

const YEAR = /^\s*(1[89]\d\d|20\d\d|2100)(?:-\d\d-\d\d)?\s*$/;

/** `openNames`: a function for each task, which may keep what it has learnt for as long as the task runs. */
export function enrich(openNames: () => AskNames): Operation {
  return defineOperation({
    id: 'enrich',
    summary: 'Adds gender, probability, peak year and rank by a column of first names',
    description:
      'Behind each row: `gender` (F, M or empty), `gender_label`, `female_probability`, `interval_low`, `interval_high` (of the female share), `sample_size` as `POST /v1/gender` says; `peak_year` and `rank` (the best, over the years asked for) of the listing that the name is most used in, as `GET /v1/names/{name}` says; `match_type`: exact, accents (the same without accents), compact (without spaces, hyphens, apostrophes), first_token (the first of several names), none, country_unknown. A column whose name is taken gets `_2` behind it. Rows keep their order and every byte.',
    options: Options,
    example: { name_column: 'name', country: 'US' },
    check: (options, { table }) => void placesOf(options, table),
    run: (task) => run(task, openNames()),
  });
}

interface Places {
  readonly name: number;
  /** -1: there is none. */
  readonly country: number;
  readonly birthYear: number;
}

function placesOf(options: EnrichOptions, table: TableHead): Places {
  const optional = (option: 'country_column' | 'birth_year_column'): number => {
    const column = options[option];
    return column === undefined ? -1 : columnAt(table, column, option);
  };
  return {
    name: columnAt(table, options.name_column, 'name_column'),
    country: optional('country_column'),
    birthYear: optional('birth_year_column'),
  };
}

async function run(task: TaskRun<EnrichOptions>, ask: AskNames) {
  const { table, options, result, ledger } = task;
  await refuseUnknownCountry(ask, options.country);
  const { separator } = table.dialect;
  const writer = createCellWriter(table.dialect);
  const columns = addedColumns(table, options.prefix);
  result.open(formLike(table));
  if (table.header) {
    result.write(table.header);
    result.write(renderCells(writer, separator, [...columns.values()]) + table.lineBreak);
  }

  const places = placesOf(options, table);
  const keyOf = questionKey(places, options);
  const matches: Record<string, number> = {};
  // A name that comes again is not asked again, as long as it is on one of the two shelves.
  let shelves: Shelves = [createAnswerShelf(), createAnswerShelf()];
  let batch = createRowBatch(shelves);
  let spare = createRowBatch(shelves);
  let answering: Promise<void> = Promise.resolve();

  const settle = async (full: RowBatch): Promise<void> => {
    const answers = await ask(full.questions.map((key) => questionOf(key, places, options)));
    if (answers.length !== full.questions.length) throw new Error('a name has no answer');
    for (const found of answers) full.answer(renderAnswer(writer, separator, found), found.match);
    for (const piece of full.written(matches)) {
      result.write(piece);
      await result.drained();
    }
  };
  /** Reading goes on while the batch before is answered, so that two are held at most. */
  const turnOver = async (): Promise<void> => {
    await answering;
    const full = batch;
    batch = spare;
    if (shelves[0].isFull) shelves = [createAnswerShelf(), shelves[0]];
    batch.clear(shelves);
    spare = full;
    answering = settle(full);
    // It is waited for before the next one, or at the end.
    answering.catch(() => undefined);
  };

  try {
    await table.read({
      record(record) {
        batch.add(record, keyOf(record));
        ledger.use();
      },
      async piece() {
        if (batch.isFull) await turnOver();
      },
    });
    await turnOver();
  } finally {
    await answering;
  }
  const recordsWritten = Object.values(matches).reduce((sum, rows) => sum + rows, 0);
  return { recordsWritten, details: { added_columns: Object.fromEntries(columns), matches } };
}

async function refuseUnknownCountry(ask: AskNames, country: string | undefined): Promise<void> {
  if (country === undefined) return;
  const [found] = await ask([{ name: 'a', country, from: undefined, to: undefined }]);
  if (found?.match !== 'country_unknown') return;
  const message = `There is no country "${country}". GET /v1/countries lists them.`;
  throw new AppError('unprocessable', 'country_unknown', message, { field: 'options.country' });
}

/**
 * Rows that ask the same have the same key: the name alone where nothing else is in the rows, else year, country (both
 * may be empty) and name, with NUL between.
 */
function questionKey({ name, country, birthYear }: Places, options: EnrichOptions) {
  if (country < 0 && birthYear < 0) return ({ cells }: TableRecord): string => cells[name] as string;
  return ({ cells }: TableRecord): string => {
    const year = birthYear < 0 ? '' : (YEAR.exec(cells[birthYear] as string)?.[1] ?? '');
    const code = (country < 0 ? '' : (cells[country] as string).trim()) || (options.country ?? '');
    return `${year}\0${code.replaceAll('\0', '?')}\0${cells[name] as string}`;
  };
}

/** What a key asks. */
function questionOf(key: string, { country, birthYear }: Places, options: EnrichOptions): AskedName {
  if (country < 0 && birthYear < 0)
    return { name: key, country: options.country, from: undefined, to: undefined };
  const [year = '', code = '', ...name] = key.split('\0');
  const around = options.birth_years_around;
  const birth = year === '' ? undefined : Number(year);
  return {
    name: name.join('\0'),
    country: code === '' ? undefined : code,
    from: birth === undefined ? undefined : birth - around,
    to: birth === undefined ? undefined : birth + around,
  };
}
