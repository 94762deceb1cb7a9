import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const LAUNCHER = join(import.meta.dirname, '../../bin/affirm-name.mjs');

const SAYS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 60_000;

export type Settings = Readonly<Record<string, string>>;

export interface LaunchOptions {
  readonly dataDir: string;
  readonly env?: Settings;
  readonly launcher?: string;
  readonly node?: string;
  /** false: what it runs does not count as covered, and is not slowed down by the counting. */
  readonly measured?: boolean;
}

/** A process of the command line, as a user starts it. */
export interface Launched {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Waits until it has written something that fits; throws what it wrote when it does not. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Closes the pipes that it writes to. */
  leaveUnread(): void;
  /** Its exit code, null after a kill. */
  readonly exit: Promise<number | null>;
  /** Sends the signal and, when nothing follows from it, SIGKILL. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the command line with these words in its data folder, where no `.env` of a developer acts. */
export function launch(words: readonly string[], options: LaunchOptions): Launched {
  const { dataDir, launcher = LAUNCHER, node = process.execPath } = options;
  mkdirSync(dataDir, { recursive: true });
  const child = spawn(node, [launcher, ...words], { cwd: dataDir, env: environment(options) });
  const written = collect(child);
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid as number,
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    leaveUnread() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    exit,
    says: (pattern) => saying(child, written, pattern),
    async end(signal) {
      const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
      if (!hasEnded()) child.kill(signal);
      return exit.finally(() => clearTimeout(late));
    },
  };
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function runCommand(words: readonly string[], options: LaunchOptions): Promise<CommandResult> {
  const command = launch(words, options);
  const late = setTimeout(() => void command.end('SIGKILL'), ENDS_WITHIN_MS);
  const code = await command.exit;
  clearTimeout(late);
  return { code, stdout: command.stdout, stderr: command.stderr };
}

/** What the machine needs, and nothing of the settings of whoever runs the tests. */
function environment({ dataDir, env = {}, measured = true }: LaunchOptions): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TMPDIR, AFFIRM_TEST_COMPILED, NODE_V8_COVERAGE } = process.env;
  const isMeasured = measured && NODE_V8_COVERAGE !== undefined;
  return {
    PATH,
    HOME,
    LANG,
    TMPDIR,
    DATA_DIR: dataDir,
    SERVER_PORT: '0',
    METRICS_PORT: '0',
    SAMPLES: 'false',
    ...(isMeasured ? {} : { NODE_V8_COVERAGE: undefined, NODE_COMPILE_CACHE: AFFIRM_TEST_COMPILED }),
    ...env,
  };
}

interface Written {
  stdout: string;
  stderr: string;
}

function collect(child: ChildProcess): Written {
  const written: Written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  return written;
}

function saying(child: ChildProcess, written: Written, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const streams = [child.stdout, child.stderr];
    const settle = (): void => {
      clearTimeout(late);
      child.off('close', fail);
      for (const stream of streams) stream?.off('data', look);
    };
    const look = (): void => {
      const found = pattern.exec(written.stdout) ?? pattern.exec(written.stderr);
      if (!found) return;
      settle();
      resolve(found);
    };
    const fail = (): void => {
      settle();
      reject(new Error(`It did not say ${String(pattern)} but:\n${written.stdout}${written.stderr}`));
    };
    const late = setTimeout(fail, SAYS_WITHIN_MS);
    child.once('close', fail);
    for (const stream of streams) stream?.on('data', look);
    look();
  });
}
