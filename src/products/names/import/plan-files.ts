import type { SourceFile } from '#engine/ingestion/source-files.ts';
import { AppError } from '#platform/errors.ts';
import type { FileFacts, NameParser } from '../parsers/name-parser.ts';
import type { NameFile } from './read-source.ts';
import type { UploadOptions } from './upload-options.ts';

/**
 * The inner files that hold rows, each with what its name and the caller say about it.
 * Throws `format_mismatch` where none holds rows, `year_required` where nobody says the year and `year_conflict`
 * where file name and caller differ.
 */
export function planFiles(
  files: readonly SourceFile[],
  parser: NameParser,
  options: UploadOptions,
): NameFile[] {
  const single = files.length === 1;
  const readable = files.filter((file) => single || parser.readsFile(file.name));
  if (readable.length === 0) {
    const names = files.slice(0, 5).map(({ name }) => name);
    throw new AppError(
      'unprocessable',
      'format_mismatch',
      `The archive holds no file that ${parser.id} reads. Expected: ${parser.layout}. Found: ${names.join(', ')}.`,
      { expected: parser.layout, found: names },
    );
  }
  return readable.map((source) => ({
    source,
    facts: factsOf(source, parser, options),
    layer: 0,
    isAmended: false,
  }));
}

function factsOf(source: SourceFile, parser: NameParser, options: UploadOptions): FileFacts {
  const stated = parser.readFileName(source.name);
  if (parser.needsYear && stated.year === null && options.year === null) {
    throw new AppError(
      'unprocessable',
      'year_required',
      `Neither the rows nor the name of "${source.name}" tell the year. Send it as the field "year", or name the file after its year (yob2020.txt).`,
      { file: source.name },
    );
  }
  if (stated.year !== null && options.year !== null && stated.year !== options.year) {
    throw new AppError(
      'unprocessable',
      'year_conflict',
      `The file name "${source.name}" says ${stated.year}, the field "year" says ${options.year}. Leave out the wrong one.`,
      { file: source.name, file_name_year: stated.year, field_year: options.year },
    );
  }
  return {
    year: stated.year ?? options.year,
    gender: stated.gender ?? options.gender,
    area: stated.area ?? options.area,
  };
}
