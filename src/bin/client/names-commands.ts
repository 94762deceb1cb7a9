import type { Command } from 'commander';
import { genderCommand, searchCommand, topCommand, trendCommand } from './names.ts';

const NAMES_EXAMPLES = `
Examples:
  affirm-name names top --country US --year 2020 --gender F --limit 5
  affirm-name names trend Olivia --country US --gender F
  affirm-name names gender Jordan --country US --year-from 1990
  affirm-name names search zoe`;

/** Asking what the imported files say. */
export function addNamesCommands(program: Command): void {
  const names = program
    .command('names')
    .description('ask the published numbers')
    .addHelpText('after', NAMES_EXAMPLES);
  addTopCommand(names);
  addTrendCommand(names);
  addGenderCommand(names);
  names
    .command('search')
    .argument('<TEXT>')
    .description('names like the one typed; accents, case and hyphens do not matter')
    .option('--country <CODE>', 'ISO 3166-1 alpha-2')
    .option('--limit <N>', 'how many', '20')
    .option('--json', 'the answer as it came')
    .action(searchCommand);
}

function addTopCommand(names: Command): void {
  names
    .command('top')
    .description('the most given names of a year')
    .option('--country <CODE>', 'ISO 3166-1 alpha-2; all countries unless given')
    .option('--area <CODE>', 'a part of the country, e.g. US-CA')
    .option('--year <YYYY>', 'the latest year unless given')
    .option('--gender <F|M|all>', 'both, each ranked for itself, unless given')
    .option('--prefix <TEXT>', 'names that begin so')
    .option('--contains <TEXT>', 'names that have this in them')
    .option('--ends-with <TEXT>', 'names that end so')
    .option('--limit <N>', 'how many', '10')
    .option('--json', 'the answer as it came')
    .action(topCommand);
}

function addTrendCommand(names: Command): void {
  names
    .command('trend')
    .argument('<NAME>')
    .description('a name over the years')
    .option('--country <CODE>', 'ISO 3166-1 alpha-2')
    .option('--area <CODE>', 'a part of the country, e.g. US-CA')
    .option('--gender <F|M>', 'one of the two')
    .option('--from <YYYY>', 'first year')
    .option('--to <YYYY>', 'last year')
    .option('--all', 'every year in the table, not only every tenth')
    .option('--json', 'the answer as it came')
    .action(trendCommand);
}

function addGenderCommand(names: Command): void {
  names
    .command('gender')
    .argument('<NAME...>')
    .description('how often names were given to girls and to boys, with an honest interval')
    .option('--country <CODE>', 'ISO 3166-1 alpha-2')
    .option('--area <CODE>', 'a part of the country, e.g. US-CA')
    .option('--year-from <YYYY>', 'births from this year on')
    .option('--year-to <YYYY>', 'births up to this year')
    .option('--json', 'the answer as it came')
    .action(genderCommand);
}
