import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { Source } from '#engine/ingestion/source-files.ts';
import { AppError } from '#platform/errors.ts';
import { dataFiles, planFiles } from '../import/plan-files.ts';
import type { UploadOptions } from '../import/upload-options.ts';
import { findParser, NAME_PARSERS } from '../parsers/index.ts';
import type { NameParser, TableFacts } from '../parsers/name-parser.ts';
import { profileParser } from '../profiles/profile-parser.ts';
import { describeFound, foundInWords } from './describe-found.ts';
import { createSampler, type ParserEvidence, type Sampler, weighParsers } from './detect-parser.ts';

export interface ParserWish {
  readonly source: Source;
  readonly limits: IngestionLimits;
  /** ISO 3166-1 alpha-2; null: not said. */
  readonly countryCode: string | null;
  /** Parser id; null: not said. */
  readonly parser: string | null;
  readonly options: UploadOptions;
}

/** What an upload will be read as. */
export interface ChosenParser {
  readonly parser: NameParser;
  /** What the name of the upload itself tells; null for an archive, whose inner files have names of their own. */
  readonly nameFacts: TableFacts | null;
}

/**
 * The one parser that reads this upload, which is then ready to be imported.
 * Throws AppError unprocessable: parser_unknown, format_mismatch, country_required, parser_ambiguous, year_required,
 * year_conflict, and what reading throws.
 */
export async function chooseParser(wish: ParserWish): Promise<ChosenParser> {
  const { source, limits, countryCode } = wish;
  const sampler = createSampler();
  const candidates = candidatesFor(wish);
  const evidence = await weighParsers(source, candidates, sampler, limits);
  const fitting = evidence.filter(({ fits }) => fits);
  const parser = fitting[0]?.parser;
  if (!parser) throw await nothingFits(wish, candidates, sampler);
  if (fitting.length > 1) throw ambiguous(fitting, countryCode);
  const { files } = await planFiles(source.files, parser, wish.options, { limits });
  const [file] = files;
  return { parser, nameFacts: source.kind === 'zip' ? null : (file?.facts ?? null) };
}

/** Throws `parser_unknown`, and `format_mismatch` for a parser of another country. */
function candidatesFor({ parser: id, countryCode, options }: ParserWish): readonly NameParser[] {
  if (options.profile && countryCode !== null) return [profileParser(options.profile, countryCode)];
  if (id === null) {
    return NAME_PARSERS.filter(({ country }) => countryCode === null || country === countryCode);
  }
  return [requireParserFor(id, countryCode)];
}

/** Throws `parser_unknown`, and `format_mismatch` for a parser of another country. */
export function requireParserFor(id: string, countryCode: string | null): NameParser {
  const parser = requireParser(id);
  if (countryCode === null || parser.country === countryCode) return parser;
  const message = `${id} reads files of ${parser.country}, and the upload is for ${countryCode}. Change one of the two.`;
  throw new AppError('unprocessable', 'format_mismatch', message, {
    expected: `a parser of ${countryCode}`,
    found: `${id} of ${parser.country}`,
  });
}

/** Throws `parser_unknown`. */
export function requireParser(id: string): NameParser {
  const parser = findParser(id);
  if (parser) return parser;
  const known = NAME_PARSERS.map((each) => each.id);
  const message = `There is no parser "${id}". Known are ${known.join(', ')} (GET /v1/parsers).`;
  throw new AppError('unprocessable', 'parser_unknown', message, { known });
}

async function nothingFits(
  { source, limits, countryCode, parser }: ParserWish,
  candidates: readonly NameParser[],
  sampler: Sampler,
): Promise<AppError> {
  const found = await describeSource(source, limits);
  const expected = candidates.map(({ id, layout }) => `${id}: ${layout}`);
  if (countryCode === null && parser === null) {
    const message = `No parser reads this file, so its country cannot be told. Found: ${found}.`;
    return new AppError('unprocessable', 'country_required', message, { expected, found });
  }
  const others = await othersThatFit(source, candidates, limits, sampler);
  const hint = others.map(({ id, country }) => `${id} of ${country}`).join(', ');
  const wanted =
    expected.length > 0 ? `Expected: ${expected.join('; ')}.` : `There is no parser for ${countryCode} yet.`;
  const message = `The file is not in the layout of ${parser ?? countryCode}. ${wanted} Found: ${found}.${
    hint === '' ? '' : ` It fits ${hint}.`
  }`;
  return new AppError('unprocessable', 'format_mismatch', message, {
    expected,
    found,
    fits: others.map(({ id, country }) => ({ parser: id, country })),
  });
}

async function othersThatFit(
  source: Source,
  tried: readonly NameParser[],
  limits: IngestionLimits,
  sampler: Sampler,
): Promise<NameParser[]> {
  const others = NAME_PARSERS.filter((parser) => !tried.includes(parser));
  const evidence = await weighParsers(source, others, sampler, limits);
  return evidence.filter(({ fits }) => fits).map((each) => each.parser);
}

/** In words: the first inner file that may hold rows, or that there is. */
async function describeSource(source: Source, limits: IngestionLimits): Promise<string> {
  const file = dataFiles(source.files)[0] ?? source.files[0];
  return file ? foundInWords(await describeFound(file, limits)) : 'an archive without files';
}

/** Several parsers read the file: whoever sent it says which is meant, knowing what each of them saw. */
function ambiguous(fitting: readonly ParserEvidence[], countryCode: string | null): AppError {
  const choices = fitting
    .toSorted((one, other) => other.confidence - one.confidence)
    .map(({ parser: { id, country, name }, confidence, found }) => {
      return { parser: id, country, name, confidence, found };
    });
  const words = choices
    .map(({ parser, country, found }) => `${parser} of ${country} (${found ?? ''})`)
    .join('; ');
  const ofManyCountries = new Set(choices.map(({ country }) => country)).size > 1;
  if (countryCode === null && ofManyCountries) {
    const message = `Files of several countries look like this: ${words}. Send the field "country_id".`;
    return new AppError('unprocessable', 'country_required', message, { choices });
  }
  const message = `Several parsers read this file: ${words}. Send the field "parser".`;
  return new AppError('unprocessable', 'parser_ambiguous', message, { choices });
}
