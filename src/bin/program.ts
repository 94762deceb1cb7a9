import { Command } from 'commander';
import { addNamesCommands } from './client/names-commands.ts';
import { addManagementCommands } from './client/management-commands.ts';
import { doctorCommand } from './doctor.ts';
import {
  migrateCreateCommand,
  migrateDownCommand,
  migrateStatusCommand,
  migrateUpCommand,
  stepCount,
} from './migrate.ts';
import { runUntilSignal } from './run-until-signal.ts';
import { startServer } from './serve.ts';
import { readSettings } from './settings.ts';
import { VERSION } from './version.ts';
import { startWorkers } from './work.ts';

const EXAMPLES = `
A first walk:
  affirm-name serve                                      start everything on this machine
  affirm-name import names.zip --country US              import the file of an office
  affirm-name names top --country US --year 2020         the most given names of a year
  affirm-name names trend Olivia --country US --gender F
  affirm-name names gender Jordan Kim --country US

The commands from "import" on talk to a running server: AFFIRM_NAME_URL, or the one on this machine with its own
admin key. docs/configuration.md lists all settings; they come from the environment or from .env.`;

/** The command line, each command with its help. */
export function createProgram(): Command {
  const program = new Command('affirm-name')
    .description('Import the name files of statistical offices, compare them, ask them.')
    .version(VERSION)
    .showHelpAfterError('(--help says how)')
    .addHelpText('after', EXAMPLES);
  addProcessCommands(program);
  addMigrateCommands(program);
  addNamesCommands(program);
  addManagementCommands(program);
  return program;
}

function addProcessCommands(program: Command): void {
  program
    .command('serve')
    .description('run the API and the workers, with an embedded PostgreSQL unless DATABASE_URL is set')
    .action(() => runUntilSignal(() => startServer(readSettings())));
  program
    .command('worker')
    .description('run workers alone, beside a server on this machine or on the database of DATABASE_URL')
    .action(() => runUntilSignal(() => startWorkers(readSettings())));
  program
    .command('doctor')
    .description('look at everything that a start needs, and say what to do')
    .action(doctorCommand);
}

function addMigrateCommands(program: Command): void {
  const migrate = program
    .command('migrate')
    .description('change the schema of the database; "serve" does so by itself');
  migrate
    .command('up')
    .argument('[N]', 'how many; all unless given', stepCount)
    .description('apply what is to come')
    .action(migrateUpCommand);
  migrate
    .command('down')
    .argument('[N]', 'how many', stepCount, 1)
    .description('take the last ones back, with their data')
    .action(migrateDownCommand);
  migrate.command('status').description('what is applied, and what is to come').action(migrateStatusCommand);
  migrate
    .command('create')
    .argument('<TITLE...>')
    .description('make the two empty files of a new migration')
    .action(migrateCreateCommand);
}
