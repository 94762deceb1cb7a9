import { Command, InvalidArgumentError } from 'commander';
import { addContentCommands } from './client/content-commands.ts';
import { addImportCommand } from './client/import-commands.ts';
import { addManagementCommands } from './client/management-commands.ts';
import { addNamesCommands } from './client/names-commands.ts';
import { addTaskCommands } from './client/task-commands.ts';
import { addParserCommands } from './parsers/parser-commands.ts';
import { runUntilSignal } from './run-until-signal.ts';
import { readSettings } from './settings.ts';
import { VERSION } from './version.ts';

const EXAMPLES = `
A first walk:
  affirm-name serve                                      start everything on this machine
  affirm-name import names.zip --country US              import the file of an office
  affirm-name names top --country US --year 2020         the most given names of a year
  affirm-name names trend Olivia --country US --gender F
  affirm-name names gender Jordan Kim --country US
  affirm-name import users.csv --as users                import records of another kind
  affirm-name export users --format ndjson > users.ndjson
  affirm-name task run people.csv --operation convert --options '{"to":"json"}'

The commands from "import" on talk to a running server: AFFIRM_NAME_URL, or the one on this machine with its own
admin key. docs/configuration.md lists all settings; they come from the environment or from .env.`;

/**
 * The command line, each command with its help. What only a server needs is read when one starts: a question must
 * not wait for it.
 */
export function createProgram(): Command {
  const program = new Command('affirm-name')
    .description('Import the name files of statistical offices, compare them, ask them.')
    .version(VERSION)
    .showHelpAfterError('(--help says how)')
    .addHelpText('after', EXAMPLES);
  addProcessCommands(program);
  addMigrateCommands(program);
  addQueueCommands(program);
  addImportCommand(program);
  addNamesCommands(program);
  addContentCommands(program);
  addTaskCommands(program);
  addParserCommands(program);
  addManagementCommands(program);
  return program;
}

function addProcessCommands(program: Command): void {
  program
    .command('serve')
    .description('run the API and the workers, with an embedded PostgreSQL unless DATABASE_URL is set')
    .action(() =>
      runUntilSignal(async () => {
        const { startServer } = await import('./serve.ts');
        return startServer(readSettings());
      }),
    );
  program
    .command('worker')
    .description('run workers alone, beside a server on this machine or on the database of DATABASE_URL')
    .action(() =>
      runUntilSignal(async () => {
        const { startWorkers } = await import('./work.ts');
        return startWorkers(readSettings());
      }),
    );
  program
    .command('doctor')
    .description('look at everything that a start needs, and say what to do')
    .action(async () => (await import('./doctor.ts')).doctorCommand());
}

function addMigrateCommands(program: Command): void {
  const migrate = program
    .command('migrate')
    .description('change the schema of the database; "serve" does so by itself');
  migrate
    .command('up')
    .argument('[N]', 'how many; all unless given', stepCount)
    .description('apply what is to come')
    .action(async (steps?: number) => (await import('./migrate.ts')).migrateUpCommand(steps));
  migrate
    .command('down')
    .argument('[N]', 'how many', stepCount, 1)
    .description('take the last ones back, with their data')
    .action(async (steps: number) => (await import('./migrate.ts')).migrateDownCommand(steps));
  migrate
    .command('status')
    .description('what is applied, and what is to come')
    .action(async () => (await import('./migrate.ts')).migrateStatusCommand());
  migrate
    .command('create')
    .argument('<TITLE...>')
    .description('make the two empty files of a new migration')
    .action(async (title: string[]) => (await import('./migrate.ts')).migrateCreateCommand(title));
}

function addQueueCommands(program: Command): void {
  const queue = program
    .command('queue')
    .description('messages of the broker of QUEUE_URL that no worker takes any more');
  queue
    .command('dead')
    .description('list them: not understood, of no job, or of a job that no worker survives')
    .action(async () => (await import('./queue.ts')).listDeadCommand());
  queue
    .command('requeue')
    .argument('[JOB_ID...]', 'which; all unless given')
    .description('queue their jobs again, with all attempts')
    .action(async (jobIds: string[]) => (await import('./queue.ts')).requeueCommand(jobIds));
  queue
    .command('discard')
    .description('remove those that lead to no job')
    .action(async () => (await import('./queue.ts')).discardCommand());
}

function stepCount(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of migrations.');
}
