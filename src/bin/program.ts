import { Command } from 'commander';
import { runUntilSignal } from './run-until-signal.ts';
import { startServer } from './serve.ts';
import { readSettings } from './settings.ts';
import { VERSION } from './version.ts';

export function createProgram(): Command {
  const program = new Command('affirm-name')
    .description('Import the name files of statistical offices, compare them, ask them.')
    .version(VERSION);
  program
    .command('serve')
    .description('run the API and the workers')
    .action(() => runUntilSignal(() => startServer(readSettings())));
  return program;
}
