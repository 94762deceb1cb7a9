import type { ChannelModel, GetMessage } from 'amqplib';
import { AppError } from '#platform/errors.ts';
import { declareTopology, type Topology } from './topology.ts';

/** A message that lies in a queue. */
export interface StoredMessage {
  /** As it came. */
  readonly text: string;
  /** The JSON that it holds; undefined where it holds none. */
  readonly body: unknown;
  remove(): void;
}

const CONNECT_WITHIN_MS = 10_000;
const MOST = 10_000;

/**
 * Hands over what lies in a queue, up to 10,000 messages in their order; what `work` does not remove lies there again
 * afterwards. Throws AppError `queue_unreachable`.
 */
export async function withStoredMessages<T>(
  options: { readonly url: string; readonly topology: Topology; readonly queue: string },
  work: (messages: readonly StoredMessage[]) => Promise<T>,
): Promise<T> {
  const connection = await reach(options.url);
  try {
    const channel = await connection.createChannel();
    await declareTopology(channel, options.topology);
    const found: GetMessage[] = [];
    while (found.length < MOST) {
      const message = await channel.get(options.queue);
      if (!message) break;
      found.push(message);
    }
    const result = await work(
      found.map((message) => {
        const text = message.content.toString();
        return { text, body: parse(text), remove: () => channel.ack(message) };
      }),
    );
    await channel.close();
    return result;
  } finally {
    await connection.close();
  }
}

async function reach(url: string): Promise<ChannelModel> {
  try {
    const { connect } = await import('amqplib');
    const connection = await connect(url, { timeout: CONNECT_WITHIN_MS });
    // Whoever waits for an answer hears of it there.
    connection.on('error', () => undefined);
    return connection;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError(
      'unavailable',
      'queue_unreachable',
      `The broker of QUEUE_URL does not answer (${code ?? message}).`,
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
