import { type Static, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';

const Place = Type.Union(
  [Type.String({ minLength: 1, maxLength: 100 }), Type.Integer({ minimum: 1, maximum: 1000 })],
  { description: 'The word in the header, case aside; or the place from 1, for files without a header' },
);

const Columns = Type.Object(
  {
    name: Place,
    count: Type.Optional(Place),
    gender: Type.Optional(Place),
    year: Type.Optional(Place),
    area: Type.Optional(Place),
    rank: Type.Optional(Place),
  },
  { additionalProperties: false },
);

const Words = Type.String({ maxLength: 1000 });

/** A map of at most some hundred cells to what they mean. */
function cellsTo<Value extends Type.TSchema>(value: Value, description: string) {
  return Type.Record(Type.String({ maxLength: 100 }), value, {
    default: {},
    maxProperties: 500,
    description,
  });
}

/** How a file is read that no parser knows: a description of its columns, as users save it. */
export const ColumnProfile = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
    columns: Columns,
    wide_years: Type.Optional(
      Nullable(
        Type.String({
          maxLength: 100,
          pattern: '\\{year\\}',
          description: 'One column a year, with headers like this: `{year}`, `Births {year}`',
        }),
      ),
    ),
    genders: cellsTo(OneOf(['F', 'M']), 'Codes of the office, beside F, M and the English words'),
    areas: cellsTo(Type.String({ maxLength: 50 }), 'Cells to ISO 3166-2 codes; codes need no entry'),
    markers: cellsTo(
      OneOf(['hidden', 'none']),
      'Cells in place of a count; hidden: listed, and too few to show; none: no births',
    ),
    thousands: Type.Optional(
      Nullable(OneOf([',', '.', ' '], { description: 'What stands between thousands' })),
    ),
    skip_rows: Type.Integer({
      minimum: 0,
      maximum: 50,
      default: 0,
      description: 'Records before header or data',
    }),
    repeats: OneOf(['reject', 'sum'], {
      default: 'reject',
      description: 'What a name means that a slice has twice',
    }),
    rounded: Type.Boolean({ default: false }),
    threshold: Type.Optional(
      Nullable(
        Type.Integer({ minimum: 1, maximum: 1000, description: 'The office leaves out counts below this' }),
      ),
    ),
    measure: OneOf(['births', 'registrations', 'living_bearers', 'census_by_decade'], { default: 'births' }),
    office: Type.Optional(Nullable(Words)),
    licence: Type.Optional(Nullable(Words)),
    licence_url: Type.Optional(
      Nullable(Type.String({ format: 'uri', pattern: '^https?://', maxLength: 2000 })),
    ),
    attribution: Type.Optional(Nullable(Words)),
  },
  { additionalProperties: false },
);
export type ColumnProfile = Static<typeof ColumnProfile>;

/** A profile with the id that it is saved under; datasets keep it as it was when they were uploaded. */
export type SavedProfile = ColumnProfile & { readonly id: string };

/** Throws AppError unprocessable `profile_incomplete`. */
export function checkProfile({ columns, wide_years: wide, areas }: ColumnProfile): void {
  const isWide = typeof wide === 'string';
  const wrong =
    !isWide && columns.count === undefined && columns.rank === undefined
      ? 'name the column of counts or of ranks, or the columns of years (wide_years)'
      : isWide && Object.keys(columns).some((field) => field !== 'name' && field !== 'gender')
        ? 'with wide_years, the columns are those of names and genders alone'
        : Object.values(areas).find((code) => !/^[A-Z]{2}(?:-[A-Z0-9]{1,20})+$/.test(code)) === undefined
          ? undefined
          : 'areas are codes such as US-CA';
  if (wrong === undefined) return;
  throw new AppError('unprocessable', 'profile_incomplete', `This profile reads no file: ${wrong}.`);
}
