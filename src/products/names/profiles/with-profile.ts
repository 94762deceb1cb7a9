import { AppError } from '#platform/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { UploadOptions } from '../import/upload-options.ts';
import { findParser } from '../parsers/index.ts';
import type { NameParser } from '../parsers/name-parser.ts';
import { findColumnProfile } from './column-profiles.query.ts';
import { GENERIC, profileParser } from './profile-parser.ts';

interface Profiled {
  readonly country: string | null;
  /** Id of a column profile. */
  readonly profile?: string | null;
  readonly options: UploadOptions;
}

/**
 * A request with its column profile in the options, as it is now: later changes of the profile change no dataset.
 * Throws AppError unprocessable: profile_unknown, country_required.
 */
export async function withProfile<Request extends Profiled>(
  db: Database,
  request: Request,
): Promise<Request> {
  const id = request.profile ?? null;
  if (id === null) return request;
  const row = await findColumnProfile(db, id);
  if (!row) {
    const message = `There is no column profile ${id}. GET /v1/column-profiles lists them.`;
    throw new AppError('unprocessable', 'profile_unknown', message, { profile: id });
  }
  if (request.country === null) {
    const message = 'A column profile tells no country. Send the field "country_id".';
    throw new AppError('unprocessable', 'country_required', message, { profile: id });
  }
  return { ...request, options: { ...request.options, profile: { ...row.profile, id } } };
}

/** What reads a dataset, or is to read it from now on. Throws `parser_unknown`. */
export function parserOfDataset(
  dataset: { readonly parser: string; readonly countryCode: string; readonly options: UploadOptions },
  wanted: string = dataset.parser,
): NameParser {
  const { profile } = dataset.options;
  if (wanted === GENERIC && profile) return profileParser(profile, dataset.countryCode);
  const parser = findParser(wanted);
  if (parser) return parser;
  const message = `There is no parser "${wanted}". GET /v1/parsers lists them.`;
  throw new AppError('unprocessable', 'parser_unknown', message);
}
