import { connect } from '#platform/postgres/database.ts';
import { isBehindPooler } from '#platform/postgres/server-state.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { WakeUp, WakeUpListener } from './wake-up.ts';

const FIRST_RECONNECT_MS = 250;
const MAX_RECONNECT_MS = 15_000;

/**
 * Hears `NOTIFY jobs` on a connection of its own, for ever: a lost connection is made anew, and everybody is woken
 * then, because what was sent in between is lost. Not where `url` leads through a pooler.
 */
export function listenOnPostgres(url: string, listener: WakeUpListener, log: Logger): WakeUp {
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
    client.on('error', lost);
    client.on('end', () => lost());
    client.on('notification', ({ payload = '' }) => listener(parseMessage(payload)));
    close = async () => {
      closed = true;
      await client.end();
    };
    if (stopped) return close();
    await begin(client).catch(lost);
  }

  async function begin(client: Awaited<ReturnType<typeof connect>>): Promise<void> {
    if (await isBehindPooler(client)) {
      log.warn(
        'LISTEN does not get through a pooler: jobs are found by polling; DATABASE_DIRECT_URL leads past it',
      );
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
    // A part of the database, which is asked for itself.
    isOpen: () => true,
    settled: () => undefined,
    claimed: async () => undefined,
    pause: async () => undefined,
    async stop() {
      stopped = true;
      clearTimeout(reconnect);
      await close?.().catch(() => {});
    },
  };
}

function parseMessage(payload: string): Parameters<WakeUpListener>[0] {
  const [word, jobId] = payload.split(' ');
  return word === 'cancel' && jobId ? { kind: 'cancel', jobId } : { kind: 'work' };
}
