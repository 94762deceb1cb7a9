import { AppError } from '#platform/errors.ts';
import { isUuid } from '#platform/ids.ts';
import { DEFAULT_MAX_ERROR_RATIO, type UploadOptions } from '../import/upload-options.ts';
import type { Gender } from '../normalize-gender.ts';

/** What a caller says about a file besides its bytes, understood but not yet checked against the database. */
export interface UploadRequest {
  /** Id or code in capital letters; null: detection is to find it. */
  readonly country: string | null;
  /** Parser id; null: detection is to find it. */
  readonly parser: string | null;
  /** Id of the column profile that describes the file, in place of a parser. */
  readonly profile?: string | null;
  readonly options: UploadOptions;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly allowDuplicate: boolean;
  /** Id of the dataset whose rows this file adds to. */
  readonly amends: string | null;
}

const UPLOAD_FIELDS = [
  'country_id',
  'parser',
  'profile',
  'year',
  'gender',
  'area',
  'metadata',
  'mode',
  'max_errors',
  'max_error_ratio',
  'allow_duplicate',
  'dry_run',
  'amends',
] as const;
type UploadField = (typeof UPLOAD_FIELDS)[number];

type Problem = Readonly<Record<'field' | 'message', string>>;

const COUNTRY_CODE = /^[A-Za-z]{2}$/;
/** Regions, and what lies in them: `US-CA`, `DE-BE-MITTE`. */
const AREA_CODE = /^[A-Za-z]{2}-[A-Za-z0-9]{1,3}(?:-[A-Za-z0-9]{1,30}){0,2}$/;
const MAX_COUNT = 2_147_483_647;

/**
 * The fields of an upload; an empty one counts as left out.
 * Throws `missing_country_id` and `invalid_country_id` (invalid), else `invalid_request` with every wrong field.
 */
export function readUploadFields(fields: ReadonlyMap<string, readonly string[]>): UploadRequest {
  const problems = [...fields].flatMap(([field, values]) => formProblem(field, values));
  const read = createFieldReader(fields, problems);
  const country = readCountry(fields);
  const request: UploadRequest = {
    country,
    parser: read(
      'parser',
      (text) => (/^[a-z0-9_]{1,50}$/.test(text) ? text : undefined),
      'must be the id of a parser',
    ),
    profile: read('profile', uuidOf, 'must be the id of a column profile'),
    options: {
      year: read('year', (text) => wholeNumber(text, 1800, 2100), 'must be a year from 1800 to 2100'),
      gender: read('gender', genderOf, 'must be F or M'),
      area: read(
        'area',
        (text) => (AREA_CODE.test(text) ? text.toUpperCase() : undefined),
        'must be an ISO 3166-2 code or one below it, e.g. US-CA or DE-BE-MITTE',
      ),
      mode: read('mode', modeOf, 'must be partial or atomic') ?? 'partial',
      max_errors: read('max_errors', (text) => wholeNumber(text, 0, MAX_COUNT), 'must be a whole number'),
      max_error_ratio:
        read('max_error_ratio', ratioOf, 'must be a number from 0 to 1') ?? DEFAULT_MAX_ERROR_RATIO,
      dry_run: read('dry_run', booleanOf, 'must be true or false') ?? false,
    },
    metadata: read('metadata', metadataOf, 'must be a JSON object; `edition` in it must be a text') ?? {},
    allowDuplicate: read('allow_duplicate', booleanOf, 'must be true or false') ?? false,
    amends: read('amends', uuidOf, 'must be the id of a dataset'),
  };
  if (request.parser !== null && request.profile !== null) {
    problems.push({ field: 'profile', message: 'stands in place of a parser: send one of the two' });
  }
  if (problems.length > 0) {
    throw new AppError(
      'invalid',
      'invalid_request',
      'The request was not understood: see details.',
      problems,
    );
  }
  return request;
}

function formProblem(field: string, values: readonly string[]): Problem[] {
  if (!(UPLOAD_FIELDS as readonly string[]).includes(field)) {
    return [{ field, message: `${field} is not known here` }];
  }
  return values.length > 1 ? [{ field, message: 'was sent more than once' }] : [];
}

type FieldReader = <T>(
  field: UploadField,
  parse: (text: string) => T | undefined,
  message: string,
) => T | null;

function createFieldReader(fields: ReadonlyMap<string, readonly string[]>, problems: Problem[]): FieldReader {
  return (field, parse, message) => {
    const text = fields.get(field)?.[0]?.trim() ?? '';
    if (text === '') return null;
    const value = parse(text);
    if (value === undefined) problems.push({ field, message });
    return value ?? null;
  };
}

function readCountry(fields: ReadonlyMap<string, readonly string[]>): string | null {
  const given = fields.get('country_id')?.[0]?.trim();
  if (given === undefined) return null;
  if (given === '') {
    throw new AppError(
      'invalid',
      'missing_country_id',
      'The field "country_id" is empty. Send the id or the code of a country, e.g. US.',
    );
  }
  if (isUuid(given)) return given.toLowerCase();
  if (COUNTRY_CODE.test(given)) return given.toUpperCase();
  throw new AppError(
    'invalid',
    'invalid_country_id',
    `"${given.slice(0, 40)}" is neither the id nor the code of a country. GET /v1/countries lists them.`,
    [{ field: 'country_id', message: 'must be a UUID or an ISO 3166-1 alpha-2 code' }],
  );
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  if (!/^[0-9]{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function ratioOf(text: string): number | undefined {
  if (!/^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/.test(text)) return undefined;
  const value = Number(text);
  return value <= 1 ? value : undefined;
}

function uuidOf(text: string): string | undefined {
  return isUuid(text) ? text.toLowerCase() : undefined;
}

function genderOf(text: string): Gender | undefined {
  return text === 'F' || text === 'M' ? text : undefined;
}

function modeOf(text: string): UploadOptions['mode'] | undefined {
  return text === 'partial' || text === 'atomic' ? text : undefined;
}

function booleanOf(text: string): boolean | undefined {
  if (text === 'true') return true;
  return text === 'false' ? false : undefined;
}

function metadataOf(text: string): Record<string, unknown> | undefined {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  // PostgreSQL's JSON holds neither NUL nor half a surrogate pair.
  const written = JSON.stringify(value);
  if (/\\u0000|\\ud[89a-f]/i.test(written)) return undefined;
  const { edition } = value as { edition?: unknown };
  if (edition !== undefined && edition !== null && typeof edition !== 'string') return undefined;
  return value as Record<string, unknown>;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
