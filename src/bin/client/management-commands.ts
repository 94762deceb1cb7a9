import type { Command } from 'commander';
import {
  datasetDiffCommand,
  datasetErrorsCommand,
  deleteDatasetCommand,
  listCountriesCommand,
  listDatasetsCommand,
  publishDatasetCommand,
  reprocessDatasetCommand,
  restoreDatasetCommand,
  showDatasetCommand,
} from './datasets.ts';
import { cancelJobCommand, listJobsCommand, retryJobCommand, showJobCommand } from './jobs.ts';
import { createKeyCommand, listKeysCommand, revokeKeyCommand } from './keys.ts';

const JSON_OPTION = ['--json', 'the answer as it came'] as const;

/** Countries, datasets, jobs and keys. */
export function addManagementCommands(program: Command): void {
  program
    .command('countries')
    .description('the countries that files can belong to')
    .option(...JSON_OPTION)
    .action(listCountriesCommand);
  addDatasetCommands(program.command('datasets').description('the files that were imported'));
  addJobCommands(program.command('jobs').description('the work in the background'));
  addKeyCommands(program.command('keys').description('who may do what'));
}

function addDatasetCommands(datasets: Command): void {
  datasets
    .command('list')
    .description('the newest first')
    .option('--country <CODE>', 'ISO 3166-1 alpha-2')
    .option('--status <STATUS>', 'e.g. completed or failed')
    .option('--deleted', 'the deleted ones')
    .option('--limit <N>', 'how many', '20')
    .option(...JSON_OPTION)
    .action(listDatasetsCommand);
  datasets
    .command('show')
    .argument('<ID>')
    .description('everything about one')
    .option(...JSON_OPTION)
    .action(showDatasetCommand);
  datasets
    .command('errors')
    .argument('<ID>')
    .description('which records were refused, and why')
    .option('--limit <N>', 'how many', '20')
    .option(...JSON_OPTION)
    .action(datasetErrorsCommand);
  datasets
    .command('diff')
    .argument('<ID>')
    .description('which names it changes in what was published before; of a dry run, would change')
    .option('--kind <KIND>', 'new, gone or revised')
    .option('--limit <N>', 'how many', '20')
    .option(...JSON_OPTION)
    .action(datasetDiffCommand);
  datasets
    .command('publish')
    .argument('<ID>')
    .description('let it supply its numbers')
    .action(publishDatasetCommand);
  datasets
    .command('delete')
    .argument('<ID>')
    .description('delete it; its numbers fall back to the file before')
    .action(deleteDatasetCommand);
  datasets
    .command('restore')
    .argument('<ID>')
    .description('bring a deleted one back')
    .action(restoreDatasetCommand);
  datasets
    .command('reprocess')
    .argument('<ID>')
    .description('read its file again')
    .option('--parser <ID>', 'with another parser')
    .option('--reason <TEXT>', 'why, for the record')
    .action(reprocessDatasetCommand);
}

function addJobCommands(jobs: Command): void {
  jobs
    .command('list')
    .description('the newest first')
    .option('--status <STATUS>', 'e.g. running or failed')
    .option('--type <TYPE>', 'e.g. parse_dataset')
    .option('--limit <N>', 'how many', '20')
    .option(...JSON_OPTION)
    .action(listJobsCommand);
  jobs
    .command('show')
    .argument('<ID>')
    .description('everything about one')
    .option(...JSON_OPTION)
    .action(showJobCommand);
  jobs.command('cancel').argument('<ID>').description('stop one').action(cancelJobCommand);
  jobs
    .command('retry')
    .argument('<ID>')
    .description('try a failed or canceled one again')
    .action(retryJobCommand);
}

function addKeyCommands(keys: Command): void {
  keys
    .command('create')
    .argument('<NAME>', 'what it is for')
    .description('make a key; it is shown once')
    .option('--role <admin|viewer>', 'what it may do', 'viewer')
    .option('--scope <SCOPE...>', 'only this, e.g. datasets:write')
    .option('--expires <TIME>', 'RFC 3339, e.g. 2030-01-01T00:00:00Z')
    .option(...JSON_OPTION)
    .action(createKeyCommand);
  keys
    .command('list')
    .description('all keys, without their secrets')
    .option(...JSON_OPTION)
    .action(listKeysCommand);
  keys.command('revoke').argument('<ID>').description('refuse a key from now on').action(revokeKeyCommand);
}
