import type { Command } from 'commander';
import {
  cancelTaskCommand,
  listOperationsCommand,
  listTasksCommand,
  retryTaskCommand,
  runTaskCommand,
  showTaskCommand,
  taskErrorsCommand,
  taskRejectsCommand,
  taskResultCommand,
} from './tasks.ts';

const JSON_OPTION = ['--json', 'the answer as it came'] as const;

const EXAMPLES = `
Examples:
  affirm-name task operations
  affirm-name task run people.csv --operation select --options '{"columns":["id","name"]}'
  affirm-name task run people.xlsx --operation convert --options '{"to":"ndjson"}' --out -
  affirm-name task run people.csv --operation clean --options @rules.json --out clean.csv
  affirm-name task list --status failed`;

/** Work on tables of one's own. */
export function addTaskCommands(program: Command): void {
  const task = program
    .command('task')
    .description('have something done with a table')
    .addHelpText('after', EXAMPLES);
  task
    .command('run')
    .argument('<FILE>')
    .description('send a file, wait for the result and fetch it')
    .requiredOption('--operation <NAME>', 'what is to be done: "task operations" lists all')
    .option('--options <JSON>', 'how; or @FILE with the JSON')
    .option('--input <JSON>', 'how the file is to be read, e.g. {"separator":"|"}; or @FILE')
    .option('--with <FILE>', 'the second file, for operations that take one')
    .option('--with-input <JSON>', 'how that one is to be read')
    .option('--out <FILE>', 'where to; - is standard output, the name of the result unless given')
    .option('--no-wait', 'print the id of the task and leave')
    .action(runTaskCommand);
  task
    .command('list')
    .description('the newest first')
    .option('--status <STATUS>', 'e.g. completed or failed')
    .option('--operation <NAME>', 'only these')
    .option('--limit <N>', 'how many', '20')
    .option(...JSON_OPTION)
    .action(listTasksCommand);
  task
    .command('show')
    .argument('<ID>')
    .description('everything about one')
    .option(...JSON_OPTION)
    .action(showTaskCommand);
  task
    .command('result')
    .argument('<ID>')
    .description('fetch the result')
    .option('--out <FILE>', 'where to; - is standard output, the name of the result unless given')
    .action(taskResultCommand);
  task
    .command('errors')
    .argument('<ID>')
    .description('which records were refused, and why, as CSV')
    .option('--limit <N>', 'how many', '100')
    .action(taskErrorsCommand);
  task
    .command('rejects')
    .argument('<ID>')
    .description('the refused records as they stood in the file, with line and reason')
    .option('--out <FILE>', 'where to; - is standard output', '-')
    .action(taskRejectsCommand);
  task.command('cancel').argument('<ID>').description('stop one').action(cancelTaskCommand);
  task
    .command('retry')
    .argument('<ID>')
    .description('try a failed or canceled one again')
    .action(retryTaskCommand);
  task
    .command('operations')
    .description('what tasks can do')
    .option(...JSON_OPTION)
    .action(listOperationsCommand);
}
