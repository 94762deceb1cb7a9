const MAX_WAITING = 10_000;
/** Sent and not confirmed yet, at most. */
const MAX_IN_FLIGHT = 500;

/** Messages on their way, in the order in which they came. Each is an object of its own. */
export interface Outbox<Message extends object> {
  /** What found no room is counted, and dropped. */
  add(message: Message): void;
  /** The next to be sent, which is in flight now; undefined while there is none, or too much is in flight. */
  next(): Message | undefined;
  /** False when it was not in flight, e.g. since its connection was lost. */
  confirmed(message: Message): boolean;
  /** Nothing in flight arrived for certain: all of it waits again, before the others. */
  putBack(): void;
  isEmpty(): boolean;
  /** How many were dropped since this was asked last. */
  takeDropped(): number;
}

export function createOutbox<Message extends object>(): Outbox<Message> {
  let waiting = new Set<Message>();
  const inFlight = new Set<Message>();
  let dropped = 0;
  return {
    add(message) {
      if (waiting.size < MAX_WAITING) waiting.add(message);
      else dropped++;
    },
    next() {
      const [message] = waiting;
      if (!message || inFlight.size >= MAX_IN_FLIGHT) return undefined;
      waiting.delete(message);
      inFlight.add(message);
      return message;
    },
    confirmed: (message) => inFlight.delete(message),
    putBack() {
      waiting = new Set([...inFlight, ...waiting]);
      inFlight.clear();
    },
    isEmpty: () => waiting.size + inFlight.size === 0,
    takeDropped() {
      const count = dropped;
      dropped = 0;
      return count;
    },
  };
}
