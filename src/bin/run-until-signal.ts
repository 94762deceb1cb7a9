import { describeFailure } from './failure.ts';

/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}

/** Ctrl-C reaches every process of the terminal, and npm passes its own on: that is one signal, not two. */
const ECHO_MS = 1000;
/** How often a process that npm started looks whether it still has its parent. */
const PARENT_CHECK_MS = 1000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Starts something, stops it in order on the first signal and ends the process with code 0; a second signal ends it at
 * once. A bug that nobody caught stops it in order, too, with code 1.
 */
export async function runUntilSignal(start: () => Promise<Running>): Promise<never> {
  const ended = Promise.withResolvers<number>();
  let signaledAt: number | undefined;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (signaledAt !== undefined && performance.now() - signaledAt > ECHO_MS) process.exit(1);
      signaledAt ??= performance.now();
      ended.resolve(0);
    });
  }
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    ended.resolve(1);
  });
  goOnUnread();
  endWithParent();
  onceNpmIsGone(() => ended.resolve(0));
  try {
    const running = await start();
    const code = await ended.promise;
    await running.stop();
    process.exit(code);
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    process.exit(1);
  }
}

/** Whoever read the output may be gone (`npm start | head`): that ends no server, and there is nobody to tell. */
function goOnUnread(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** Under a launcher, its kill -9 is ours. */
function endWithParent(): void {
  if (!process.channel) return;
  process.once('disconnect', () => process.exit(1));
  process.channel.unref();
}

/** npm ends its shell on a signal, and not always what runs in it: that has another parent then, and is to stop. */
function onceNpmIsGone(act: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) act();
  }, PARENT_CHECK_MS).unref();
}
