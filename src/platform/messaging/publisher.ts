import type { ConfirmChannel, Options } from 'amqplib';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform/observability/log.ts';
import { keepConnected } from './broker-connection.ts';
import { createOutbox } from './outbox.ts';
import { declareTopology, type Topology } from './topology.ts';

const REFUSED_PAUSE_MS = 1_000;
const FLUSH_WITHIN_MS = 2_000;
const FLUSH_EVERY_MS = 10;

export interface OutgoingMessage {
  /** Empty: the default exchange, whose routing key is the name of a queue. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: object;
  /** Survives a restart of the broker. */
  readonly isPersistent: boolean;
}

export interface Publisher {
  /** Sends the message as soon as the broker takes it: never waits, never throws. */
  publish(message: OutgoingMessage): void;
  /** Whether the broker takes messages now. */
  isOpen(): boolean;
  /** Settles when the broker has been reached, or when the first try has failed. */
  readonly ready: Promise<void>;
  /** Gives what is not confirmed yet at most `withinMs`. */
  close(withinMs?: number): Promise<void>;
}

export interface PublisherOptions {
  readonly url: string;
  readonly name: string;
  readonly topology: Topology;
  /** Sent once in place of all that found no room while the broker was away. */
  readonly insteadOfTooMany: OutgoingMessage;
  readonly log: Logger;
}

/**
 * Publishes with confirms. What the broker has not confirmed when the connection is lost is sent again over the next
 * one, so a message may arrive twice; up to 10,000 are kept for that.
 */
export function createPublisher(options: PublisherOptions): Publisher {
  const outbox = createOutbox<OutgoingMessage>();
  let channel: ConfirmChannel | undefined;
  let isHeld = false;

  const connection = keepConnected({
    ...options,
    async open(model, giveUp) {
      const opened = await model.createConfirmChannel();
      opened.on('error', giveUp);
      opened.on('close', () => giveUp());
      await declareTopology(opened, options.topology);
      channel = opened;
      isHeld = false;
      flush();
    },
    lost() {
      channel = undefined;
      outbox.putBack();
    },
    blocked(isBlocked) {
      isHeld = isBlocked;
      flush();
    },
  });

  function flush(): void {
    while (channel && !isHeld) {
      const message = outbox.next();
      if (message) send(channel, message);
      else return sendForDropped();
    }
  }

  function sendForDropped(): void {
    const messages = outbox.takeDropped();
    if (messages === 0) return;
    options.log.warn({ messages }, 'messages for the broker found no room; workers look for themselves');
    outbox.add({ ...options.insteadOfTooMany });
  }

  function send(through: ConfirmChannel, message: OutgoingMessage): void {
    sendOver(through, message, (error) => {
      if (channel !== through || !outbox.confirmed(message)) return;
      if (error) refused(message);
      flush();
    });
  }

  /** The broker could not keep it. */
  function refused(message: OutgoingMessage): void {
    outbox.add(message);
    isHeld = true;
    const goOn = (): void => {
      isHeld = false;
      flush();
    };
    setTimeout(goOn, REFUSED_PAUSE_MS).unref();
  }

  return {
    ready: connection.ready,
    isOpen: () => channel !== undefined && connection.isOpen(),
    publish(message) {
      outbox.add(message);
      flush();
    },
    async close(withinMs = FLUSH_WITHIN_MS) {
      const deadline = performance.now() + withinMs;
      while (!outbox.isEmpty() && connection.isOpen() && performance.now() < deadline) {
        await delay(FLUSH_EVERY_MS);
      }
      await connection.close();
    },
  };
}

function sendOver(
  channel: ConfirmChannel,
  { exchange, routingKey, body, isPersistent }: OutgoingMessage,
  confirmed: (error: Error | null) => void,
): void {
  const properties: Options.Publish = { persistent: isPersistent, contentType: 'application/json' };
  try {
    channel.publish(exchange, routingKey, Buffer.from(JSON.stringify(body)), properties, confirmed);
  } catch {
    // The channel is closing at this moment; when it has, the message waits again.
  }
}
