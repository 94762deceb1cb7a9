import type { Command } from 'commander';
import { type Listed, openApiClient } from '../client/api-client.ts';
import { print, printJson, printTable } from '../client/output.ts';

interface ParserItem {
  readonly id: string;
  readonly country: string;
  readonly name: string;
  readonly measure: string;
  readonly threshold: number | null;
}

/** The layouts that are read, and a beginning for one more. */
export function addParserCommands(program: Command): void {
  const parsers = program.command('parsers').description('the layouts of files that can be imported');
  parsers
    .command('list')
    .description('all of them')
    .option('--country <CODE>', 'ISO 3166-1 alpha-2')
    .option('--json', 'the answer as it came')
    .action(listCommand);
  parsers
    .command('new')
    .argument('<ID>', 'country and office, e.g. no_ssb')
    .requiredOption('--country <CODE>', 'ISO 3166-1 alpha-2')
    .option('--office <NAME>', 'its full name')
    .description(
      'write a parser, its test with a fixture, and its line in the list (docs/adding-a-country.md)',
    )
    .action(newCommand);
}

async function listCommand({ country, json }: { country?: string; json?: true }): Promise<void> {
  const answer = await openApiClient().get<Listed<ParserItem>>('/v1/parsers', { country });
  if (json) return printJson(answer);
  const rows = answer.data.map(({ id, country: code, name, measure, threshold }) => {
    return { id, country: code, measure, threshold, name };
  });
  printTable(rows, 'There is no parser for it yet: docs/adding-a-country.md.');
}

async function newCommand(id: string, options: { country: string; office?: string }): Promise<void> {
  const { writeParser } = await import('./new-parser.ts');
  const country = options.country.toUpperCase();
  const files = await writeParser({ id, country, office: options.office ?? id });
  for (const file of files) print(file);
  print('Now put some lines of the file into the fixture; docs/adding-a-country.md leads on from there.');
}
