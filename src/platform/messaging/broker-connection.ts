import type { Socket } from 'node:net';
import type { ChannelModel } from 'amqplib';
import type { Logger } from '#platform/observability/log.ts';

const FIRST_RECONNECT_MS = 250;
const MAX_RECONNECT_MS = 15_000;
const CONNECT_WITHIN_MS = 10_000;
const CLOSE_WITHIN_MS = 2_000;
/** Two of these without a word, and the connection counts as lost. */
const HEARTBEAT_S = 10;

export interface BrokerConnection {
  /** Settles when the broker has been reached, or when the first try has failed. */
  readonly ready: Promise<void>;
  /** Whether the broker takes messages: connected and not blocked. */
  isOpen(): boolean;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  /** `amqp://` or `amqps://`; its path is the virtual host. */
  readonly url: string;
  /** What the broker's own tools call the connection. */
  readonly name: string;
  readonly log: Logger;
  /** Opens channels on a new connection; when that fails, or `giveUp` is called, the next connection is tried. */
  readonly open: (connection: ChannelModel, giveUp: (cause?: Error) => void) => Promise<void>;
  /** The channels are gone. */
  readonly lost: () => void;
  /** RabbitMQ has no memory or disk left, and takes nothing, or does so again. */
  readonly blocked?: (isBlocked: boolean) => void;
}

/** A connection to RabbitMQ that is made anew for ever, with growing pauses, until it is closed. */
export function keepConnected(options: ConnectionOptions): BrokerConnection {
  const { log } = options;
  const first = Promise.withResolvers<void>();
  let current: ChannelModel | undefined;
  let reconnect: NodeJS.Timeout | undefined;
  let isBlocked = false;
  let isClosed = false;
  let failures = 0;

  async function open(): Promise<void> {
    let connection: ChannelModel | undefined;
    try {
      const { connect } = await import('amqplib');
      connection = await connect(withHeartbeat(options.url), {
        timeout: CONNECT_WITHIN_MS,
        noDelay: true,
        clientProperties: { connection_name: options.name },
      });
      if (isClosed) return cut(connection);
      watch(connection);
      await options.open(connection, (cause) => lose(connection as ChannelModel, cause));
      if (current !== connection) return;
      failures = 0;
      log.info({ connection: options.name }, 'connected to the broker');
      first.resolve();
    } catch (error) {
      if (connection) lose(connection, error as Error);
      else retry(error as Error);
    }
  }

  function watch(connection: ChannelModel): void {
    current = connection;
    isBlocked = false;
    connection.on('error', (error: Error) => lose(connection, error));
    connection.on('close', (error?: Error) => lose(connection, error));
    hearBlocked(connection, log, (now) => {
      isBlocked = now;
      options.blocked?.(now);
    });
  }

  function lose(connection: ChannelModel, cause: Error | undefined): void {
    if (current !== connection) return;
    current = undefined;
    cut(connection);
    options.lost();
    retry(cause);
  }

  function retry(cause: Error | undefined): void {
    first.resolve();
    if (isClosed) return;
    const delayMs = Math.min(MAX_RECONNECT_MS, FIRST_RECONNECT_MS * 2 ** failures++);
    log.warn(
      { err: cause, delayMs },
      'the broker is out of reach; jobs are found by polling until it is back',
    );
    reconnect = setTimeout(() => void open(), delayMs);
  }

  void open();
  return {
    ready: first.promise,
    isOpen: () => current !== undefined && !isBlocked,
    async close() {
      isClosed = true;
      clearTimeout(reconnect);
      first.resolve();
      const last = current;
      current = undefined;
      if (last) await closeGently(last);
    },
  };
}

async function closeGently(connection: ChannelModel): Promise<void> {
  // A broker that is stopped or full may never answer.
  const timer = setTimeout(() => cut(connection), CLOSE_WITHIN_MS);
  const gone = new Promise((resolve) => socketOf(connection).once('close', resolve));
  connection.close().catch(() => {});
  await gone;
  clearTimeout(timer);
}

function hearBlocked(connection: ChannelModel, log: Logger, tell: (isBlocked: boolean) => void): void {
  connection.on('blocked', (reason: string) => {
    log.warn({ reason }, 'the broker takes no messages for now; jobs are found by polling');
    tell(true);
  });
  connection.on('unblocked', () => {
    log.info('the broker takes messages again');
    tell(false);
  });
}

/** Without a word to the broker, which may not listen. */
function cut(connection: ChannelModel): void {
  socketOf(connection).destroy(new Error('The connection to the broker was given up.'));
}

function socketOf(connection: ChannelModel): Socket {
  return (connection.connection as unknown as { stream: Socket }).stream;
}

function withHeartbeat(text: string): string {
  const url = new URL(text);
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(HEARTBEAT_S));
  return url.href;
}
