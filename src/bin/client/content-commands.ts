import type { Command } from 'commander';
import {
  cancelExportCommand,
  downloadExportCommand,
  exportCommand,
  listExportsCommand,
  showExportCommand,
} from './exports.ts';
import {
  cancelImportCommand,
  importErrorsCommand,
  importRejectsCommand,
  listImportsCommand,
  pauseImportCommand,
  resumeImportCommand,
  showImportCommand,
} from './imports.ts';
import { addFilter } from './named-values.ts';

const JSON_OPTION = ['--json', 'the answer as it came'] as const;

const EXPORT_EXAMPLES = `
Examples:
  affirm-name export users > users.csv
  affirm-name export users --format ndjson --fields id,email --where created_after=2026-01-01T00:00:00Z
  affirm-name export articles --where status=published --preset excel --out articles.csv
  affirm-name export names --where country=US --where year=2024 --gzip --out names.csv.gz
  affirm-name export comments --background

Cells that a spreadsheet would take for a formula get a ' in front; "import" takes it away again.`;

const REJECTS_EXAMPLES = `
Mend the file and send it again:
  affirm-name imports rejects ID --out rejects.csv
  affirm-name import rejects.csv --as users --parent ID`;

/** Exporting, and what became of imports and exports. */
export function addContentCommands(program: Command): void {
  addExportCommand(program);
  addImportsCommands(program.command('imports').description('the imports of users, articles and comments'));
  addExportsCommands(program.command('exports').description('the exports that the server made files of'));
}

function addExportCommand(program: Command): void {
  program
    .command('export')
    .argument('<users|articles|comments|names>')
    .description('write all rows, or those that fit, to standard output or a file')
    .option('--format <csv|tsv|ndjson|json>', 'how', 'csv')
    .option('--fields <NAMES>', 'only these columns, with commas between')
    .option('--where <NAME=VALUE>', 'only rows that fit; may be repeated', addFilter)
    .option('--gzip', 'packed')
    .option('--preset <excel>', 'as Excel likes it: with a BOM and CRLF')
    .option('--no-escape-formulas', 'cells as they are, also those that look like formulas')
    .option('--background', 'let the server make a file; prints the id of the export')
    .option('--out <FILE>', 'where to; - is standard output', '-')
    .addHelpText('after', EXPORT_EXAMPLES)
    .action(exportCommand);
}

function addImportsCommands(imports: Command): void {
  imports
    .command('list')
    .description('the newest first')
    .option('--as <users|articles|comments>', 'only imports of these')
    .option('--status <STATUS>', 'e.g. completed or failed')
    .option('--limit <N>', 'how many', '20')
    .option(...JSON_OPTION)
    .action(listImportsCommand);
  imports
    .command('show')
    .argument('<ID>')
    .description('everything about one')
    .option(...JSON_OPTION)
    .action(showImportCommand);
  imports
    .command('errors')
    .argument('<ID>')
    .description('which records were refused, and why')
    .option('--limit <N>', 'how many', '20')
    .option(...JSON_OPTION)
    .action(importErrorsCommand);
  imports
    .command('rejects')
    .argument('<ID>')
    .description('the refused records as they stood in the file, with line and reason')
    .option('--out <FILE>', 'where to; - is standard output', '-')
    .addHelpText('after', REJECTS_EXAMPLES)
    .action(importRejectsCommand);
  imports.command('cancel').argument('<ID>').description('stop one').action(cancelImportCommand);
  imports
    .command('pause')
    .argument('<ID>')
    .description('hold one after its next batch')
    .action(pauseImportCommand);
  imports
    .command('resume')
    .argument('<ID>')
    .description('let a paused one go on')
    .action(resumeImportCommand);
}

function addExportsCommands(exports: Command): void {
  exports
    .command('list')
    .description('the newest first')
    .option('--limit <N>', 'how many', '20')
    .option(...JSON_OPTION)
    .action(listExportsCommand);
  exports
    .command('show')
    .argument('<ID>')
    .description('everything about one')
    .option(...JSON_OPTION)
    .action(showExportCommand);
  exports
    .command('download')
    .argument('<ID>')
    .description('fetch the file')
    .option('--out <FILE>', 'where to; - is standard output, the name of the file unless given')
    .action(downloadExportCommand);
  exports.command('cancel').argument('<ID>').description('stop one').action(cancelExportCommand);
}
