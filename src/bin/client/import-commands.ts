import type { Command } from 'commander';
import { AppError } from '#platform/errors.ts';
import { contentImport, type ContentImportOptions } from './import-content.ts';
import { importFiles } from './import-files.ts';
import { namesImport, type NamesImportOptions } from './import-names.ts';
import { listFiles } from './list-files.ts';
import { addMapping } from './named-values.ts';

const EXAMPLES = `
Examples:
  affirm-name import names.zip --country US
  affirm-name import yob*.txt --country US --strict
  affirm-name import 2020.txt --country US --parser us_ssa --year 2020 --dry-run
  affirm-name import offices/                            all files of a folder, each by its own parser
  affirm-name import town.csv --country CH --profile 0b7d…
  affirm-name import https://www.ssa.gov/oact/babynames/names.zip --country US
  affirm-name import users.csv --as users
  affirm-name import staff.ndjson.gz --as users --on-conflict update --mapping mail=email --mapping login=username
  affirm-name import https://files.example.org/articles.csv --as articles

A folder stands for all files in it, however deep, but hidden ones; so does a pattern such as 'gb/**' for what it matches.
The exit code is 1 when a file was not imported, and with --strict also when records were refused.`;

const OF_NAMES = [
  'country',
  'parser',
  'profile',
  'year',
  'gender',
  'area',
  'edition',
  'allowDuplicate',
] as const;
const OF_CONTENT = ['format', 'onConflict', 'mapping', 'after', 'parent'] as const;

interface Options extends NamesImportOptions, ContentImportOptions {
  readonly as?: string;
  readonly wait: boolean;
}

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .argument(
      '<FILE...>',
      'CSV, TXT, workbook, NDJSON, zip or gzip, as published or exported; its address; a folder',
    )
    .description('import files and wait until what they say can be asked')
    .option('--as <users|articles|comments>', 'what the records are; names unless given')
    .option('--mode <partial|atomic>', 'atomic: one refused record fails the file')
    .option('--max-errors <N>', 'fail when more records are refused')
    .option('--max-error-ratio <SHARE>', 'fail when a greater share is refused, 0 to 1')
    .option('--dry-run', 'read and report, keep nothing')
    .option('--strict', 'exit code 1 when records were refused')
    .option('--no-wait', 'only hand the files over')
    .optionsGroup('Names:')
    .option('--country <CODE>', 'ISO 3166-1 alpha-2; may be left out where only one parser fits')
    .option('--parser <ID>', 'instead of the one that is detected')
    .option('--profile <ID>', 'the column profile of a file that no parser knows (/v1/column-profiles)')
    .option('--year <YYYY>', 'where neither rows nor file name tell it')
    .option('--gender <F|M>', 'where the rows do not tell it')
    .option('--area <CODE>', 'ISO 3166-2, e.g. US-CA, where the rows do not tell it')
    .option('--edition <TEXT>', 'which release it is; a newer one is greater as text')
    .option('--allow-duplicate', 'also when the same file was imported before')
    .optionsGroup('Users, articles and comments (--as):')
    .option('--format <csv|tsv|ndjson>', 'instead of the one that is detected')
    .option('--on-conflict <error|skip|update>', 'what becomes of records that are there already')
    .option(
      '--mapping <COLUMN=FIELD>',
      'a column with another name than its field; may be repeated',
      addMapping,
    )
    .option('--after <ID>', 'begin when this import has ended')
    .option('--parent <ID>', 'the file has mended records of this import')
    .addHelpText('after', EXAMPLES)
    .action(importCommand);
}

async function importCommand(words: readonly string[], options: Options): Promise<void> {
  const { as } = options;
  refuse(options, as === undefined ? OF_CONTENT : OF_NAMES, as);
  const files = await listFiles(words);
  if (as === undefined) return importFiles(files, namesImport(options), options);
  await importFiles(files, contentImport(as, options), options);
}

/** An option that would have no effect is a mistake. */
function refuse(options: Options, others: readonly (keyof Options)[], as: string | undefined): void {
  const wrong = others.find((name) => options[name] !== undefined);
  if (wrong === undefined) return;
  const option = `--${wrong.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const message = as === undefined ? `${option} needs --as` : `${option} does not go with --as ${as}`;
  throw new AppError('invalid', 'invalid_option', `${message} (import --help says how).`);
}
