import type { IncomingMessage } from '#platform/messaging/consumer.ts';

/** Jobs that were completed here lately, whose messages may still be on their way. */
const REMEMBERED = 1_000;

/** The messages that a worker holds, by the jobs that they are about. */
export interface MessagesInHand {
  /** False: the job was completed here already, so that the message is done with. */
  take(jobId: string, message: IncomingMessage): boolean;
  letGo(jobId: string, how: 'ack' | 'reject' | 'handBack'): void;
  has(jobId: string): boolean;
  /** The jobs of messages in hand that are not among these. */
  others(running: ReadonlySet<string>): string[];
  /** Completed here: it never runs again. */
  remember(jobId: string): void;
  /** The broker has taken all of them back. */
  clear(): void;
}

export function createMessagesInHand(): MessagesInHand {
  const inHand = new Map<string, IncomingMessage[]>();
  const completed = new Set<string>();
  return {
    take(jobId, message) {
      if (completed.has(jobId)) {
        message.ack();
        return false;
      }
      inHand.set(jobId, [...(inHand.get(jobId) ?? []), message]);
      return true;
    },
    letGo(jobId, how) {
      for (const message of inHand.get(jobId) ?? []) message[how]();
      inHand.delete(jobId);
    },
    has: (jobId) => inHand.has(jobId),
    others: (running) => [...inHand.keys()].filter((jobId) => !running.has(jobId)),
    remember(jobId) {
      completed.add(jobId);
      if (completed.size > REMEMBERED) completed.delete(completed.values().next().value as string);
    },
    clear: () => inHand.clear(),
  };
}
