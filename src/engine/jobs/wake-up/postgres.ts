import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '#platform/postgres/database.ts';
import { isBehindPooler, tryConnection } from '#platform/postgres/server-state.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { WakeUp, WakeUpListener } from './wake-up.ts';

const FIRST_RECONNECT_MS = 250;
const MAX_RECONNECT_MS = 15_000;
/** So often the connection, on which nothing may be heard for days, is tried. */
const TRY_EVERY_MS = 15_000;
const ANSWER_WITHIN_MS = 5_000;
const CLOSE_WITHIN_MS = 1_000;
const BEHIND_POOLER =
  'LISTEN does not get through a pooler: jobs are found by polling; DATABASE_DIRECT_URL leads past it';
/** It is a part of the database, which is asked for itself, and needs to hear nothing of jobs. */
const TOLD_NOTHING = {
  isOpen: () => true,
  settled: () => undefined,
  claimed: async () => undefined,
  pause: async () => undefined,
} satisfies Partial<WakeUp>;

/**
 * Hears `NOTIFY jobs` on a connection of its own, for ever: a lost connection is made anew, and everybody is woken
 * then, because what was sent in between is lost. Not where `url` leads through a pooler.
 */
export function listenOnPostgres(
  url: string,
  listener: WakeUpListener,
  log: Logger,
  tryEveryMs = TRY_EVERY_MS,
): WakeUp {
  let stopped = false;
  let reconnect: NodeJS.Timeout | undefined;
  let close: (() => Promise<void>) | undefined;
  let failures = 0;
  const first = Promise.withResolvers<void>();

  async function open(): Promise<void> {
    try {
      const client = await connect(url, 'affirm-name wake-up');
      await listen(client);
    } catch (error) {
      retry(error as Error);
    }
  }

  async function listen(client: Awaited<ReturnType<typeof connect>>): Promise<void> {
    let closed = false;
    const lost = (cause?: Error): void => {
      if (closed) return;
      closed = true;
      client.end().catch(() => {});
      retry(cause);
    };
    keepTrying(client, tryEveryMs, lost);
    client.on('error', lost);
    client.on('end', () => lost());
    client.on('notification', ({ payload = '' }) => listener(parseMessage(payload)));
    close = async () => {
      closed = true;
      // A server that is out of reach does not answer.
      await Promise.race([client.end(), delay(CLOSE_WITHIN_MS, undefined, { ref: false })]);
    };
    if (stopped) return close();
    await begin(client).catch(lost);
  }

  async function begin(client: Awaited<ReturnType<typeof connect>>): Promise<void> {
    if (await isBehindPooler(client)) {
      log.warn(BEHIND_POOLER);
      first.resolve();
      return close?.();
    }
    await client.query('LISTEN jobs');
    heard();
  }

  function heard(): void {
    failures = 0;
    first.resolve();
    listener({ kind: 'work' });
  }

  function retry(cause: Error | undefined): void {
    first.resolve();
    if (stopped) return;
    const delayMs = Math.min(MAX_RECONNECT_MS, FIRST_RECONNECT_MS * 2 ** failures++);
    log.warn({ err: cause, delayMs }, 'wake-up connection lost; jobs are found by polling until it is back');
    reconnect = setTimeout(() => void open(), delayMs);
  }

  void open();
  return {
    ready: first.promise,
    ...TOLD_NOTHING,
    async stop() {
      stopped = true;
      clearTimeout(reconnect);
      await close?.().catch(() => {});
    },
  };
}

/** A half-open connection is silent like one on which nothing is said: `lost` is told when it does not answer. */
function keepTrying(
  client: Awaited<ReturnType<typeof connect>>,
  everyMs: number,
  lost: (error: Error) => void,
): void {
  let isEnded = false;
  let timer: NodeJS.Timeout | undefined;
  const tryLater = (): void => {
    if (!isEnded)
      timer = setTimeout(
        () => void tryConnection(client, ANSWER_WITHIN_MS).then(tryLater, lost),
        everyMs,
      ).unref();
  };
  client.once('end', () => {
    isEnded = true;
    clearTimeout(timer);
  });
  tryLater();
}

function parseMessage(payload: string): Parameters<WakeUpListener>[0] {
  const [word, jobId] = payload.split(' ');
  return word === 'cancel' && jobId ? { kind: 'cancel', jobId } : { kind: 'work' };
}
