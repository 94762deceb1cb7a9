import type { Channel } from 'amqplib';

/** What has to exist at the broker; whoever connects sees to it. */
export interface Topology {
  readonly queues: readonly {
    readonly name: string;
    /** Where messages go that a consumer rejects. */
    readonly deadLetters?: string;
    readonly maxLength?: number;
  }[];
  /** Exchanges whose messages go to every queue that is bound to them. */
  readonly fanouts: readonly string[];
}

/** Declares durable queues and exchanges; throws when one exists with other properties. */
export async function declareTopology(channel: Channel, { queues, fanouts }: Topology): Promise<void> {
  for (const { name, deadLetters, maxLength } of queues) {
    await channel.assertQueue(name, {
      durable: true,
      arguments: {
        ...(deadLetters !== undefined && {
          'x-dead-letter-exchange': '',
          'x-dead-letter-routing-key': deadLetters,
        }),
        ...(maxLength !== undefined && { 'x-max-length': maxLength }),
      },
    });
  }
  for (const name of fanouts) await channel.assertExchange(name, 'fanout', { durable: true });
}
