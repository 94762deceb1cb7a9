import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A server program that a test started and that lives until the test ends it. */
export interface Daemon {
  readonly pid: number;
  hasEnded(): boolean;
  /** What it wrote last, for messages. */
  output(): string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const KEPT_OUTPUT = 4000;

/** Starts a program that stays in the foreground; it ends with this process at the latest. */
export function startDaemon(program: string, words: readonly string[]): Daemon {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
  }
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  const gone = new Promise<void>((resolve) => {
    child.once('close', resolve);
    child.once('error', (error) => {
      output += error.message;
      resolve();
    });
  }).then(() => void process.off('exit', killNow));
  return {
    pid: child.pid ?? 0,
    hasEnded: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null,
    output: () => output,
    async kill() {
      killNow();
      await gone;
    },
  };
}

/** Memory of a process that is in use, in bytes, on Linux; 0 when it is gone. */
export function residentBytes(pid: number): number {
  try {
    const [, kilobytes = '0'] =
      /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}
