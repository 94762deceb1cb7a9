import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type ServerOptions, startServer, stopServer } from './embedded-server.ts';

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 15_000;
/** So many failures in a row are worth a word to whoever looks after the machine. */
const WORTH_AN_ERROR = 5;
/** A server that was up for so long did start: its end has a cause of its own, and counts as the first again. */
const STEADY_MS = 2_000;

/** What the launcher says; a pino logger fits. */
export interface EmbeddedLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Restarts the server when it ends without being asked to, with growing pauses for as long as it does not stay up: a disk
 * that is full has room again some time.
 */
export function supervise(
  first: ChildProcess,
  options: ServerOptions,
  log: EmbeddedLog,
): { readonly pid: number; stop(): Promise<void> } {
  let child = first;
  const ending = new AbortController();
  let restarting: Promise<void> = Promise.resolve();
  let failures = 0;

  watch();
  return {
    get pid() {
      return child.pid as number;
    },
    async stop() {
      ending.abort();
      await restarting;
      await stopServer(child.pid as number);
    },
  };

  function watch(): void {
    const since = performance.now();
    const onExit = (): void => {
      if (ending.signal.aborted) return;
      if (performance.now() - since > STEADY_MS) failures = 0;
      const { exitCode, signalCode } = child;
      log.warn(
        { code: exitCode, signal: signalCode },
        'embedded PostgreSQL ended by itself; starting it again',
      );
      restarting = restart();
    };
    if (child.exitCode !== null || child.signalCode !== null) onExit();
    else child.once('exit', onExit);
  }

  async function restart(): Promise<void> {
    while (!ending.signal.aborted) {
      failures++;
      try {
        const started = await startServer(options);
        if (started.kind === 'ready') {
          child = started.child;
          log.info({ pid: child.pid }, 'embedded PostgreSQL is ready again');
          return watch();
        }
      } catch (error) {
        log.warn({ err: error }, 'embedded PostgreSQL did not start');
      }
      if (failures % WORTH_AN_ERROR === 0) {
        log.error(
          { log_file: options.logFile, failures },
          'embedded PostgreSQL does not stay up; it is tried on',
        );
      }
      const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
      await delay(pauseMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }
}
