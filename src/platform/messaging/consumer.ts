import type { Channel, ConsumeMessage } from 'amqplib';
import type { Logger } from '#platform/observability/log.ts';
import { keepConnected } from './broker-connection.ts';
import { declareTopology, type Topology } from './topology.ts';

/** A message in hand; nobody else gets it until it is let go of, or the connection is lost. */
export interface IncomingMessage {
  /** The JSON that it holds; undefined where it holds none. */
  readonly body: unknown;
  /** Done with. */
  ack(): void;
  /** To the dead letters. */
  reject(): void;
  /** Back into the queue, for whoever is next. */
  handBack(): void;
}

export interface Consumer {
  /** Settles when messages arrive, or when the first try has failed. */
  readonly ready: Promise<void>;
  isOpen(): boolean;
  /** Takes no more; what is in hand can still be let go of. */
  pause(): Promise<void>;
  close(): Promise<void>;
}

export interface ConsumerOptions {
  readonly url: string;
  readonly name: string;
  readonly topology: Topology;
  readonly queue: string;
  /** Messages in hand at a time. */
  readonly prefetch: number;
  /** Whose messages this consumer hears besides, for as long as it is connected. */
  readonly fanout: string;
  readonly onMessage: (message: IncomingMessage) => void;
  readonly onFanout: (body: unknown) => void;
  /** Connected, or again: what was in hand before is no longer. */
  readonly onConnected: () => void;
  readonly log: Logger;
}

export function consume(options: ConsumerOptions): Consumer {
  let channel: Channel | undefined;
  let consumerTag: string | undefined;
  let isPaused = false;

  const connection = keepConnected({
    ...options,
    async open(model, giveUp) {
      const opened = await model.createChannel();
      opened.on('error', giveUp);
      opened.on('close', () => giveUp());
      await declareTopology(opened, options.topology);
      await opened.prefetch(options.prefetch);
      channel = opened;
      options.onConnected();
      await hearFanout(opened, giveUp);
      if (isPaused) return;
      const taken = await opened.consume(options.queue, (message) => {
        // The queue was deleted: it is declared anew with the next connection.
        if (!message) return giveUp();
        options.onMessage(inHand(opened, message));
      });
      consumerTag = taken.consumerTag;
    },
    lost() {
      channel = undefined;
      consumerTag = undefined;
    },
  });

  async function hearFanout(opened: Channel, giveUp: () => void): Promise<void> {
    const { queue } = await opened.assertQueue('', { exclusive: true, durable: false, autoDelete: true });
    await opened.bindQueue(queue, options.fanout, '');
    const hear = (message: ConsumeMessage | null): void =>
      message ? options.onFanout(bodyOf(message)) : giveUp();
    await opened.consume(queue, hear, { noAck: true });
  }

  /** A channel that was lost has given its messages back itself. */
  function inHand(through: Channel, message: ConsumeMessage): IncomingMessage {
    const letGo = (how: (open: Channel) => void) => (): void => {
      if (channel !== through) return;
      try {
        how(through);
      } catch {
        // It is closing at this moment.
      }
    };
    return {
      body: bodyOf(message),
      ack: letGo((open) => open.ack(message)),
      reject: letGo((open) => open.nack(message, false, false)),
      handBack: letGo((open) => open.nack(message, false, true)),
    };
  }

  return {
    ready: connection.ready,
    isOpen: () => channel !== undefined && connection.isOpen(),
    async pause() {
      isPaused = true;
      if (channel && consumerTag !== undefined) await channel.cancel(consumerTag).catch(() => {});
    },
    close: () => connection.close(),
  };
}

function bodyOf({ content }: ConsumeMessage): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}
