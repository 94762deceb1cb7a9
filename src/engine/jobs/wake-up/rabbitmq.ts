import { consume, type IncomingMessage } from '#platform/messaging/consumer.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Database } from '#platform/postgres/database.ts';
import { announceLook } from './announce.ts';
import { JOBS_QUEUE, JOBS_TOPOLOGY, jobOf, readForWorkers, WORKERS_EXCHANGE } from './broker-messages.ts';
import { judgeMessages } from './judge-messages.query.ts';
import { createMessagesInHand } from './messages-in-hand.ts';
import type { WakeUp, WakeUpListener } from './wake-up.ts';

/** A job that could not be claimed although it waits is being changed by somebody at this moment. */
const LOOK_AGAIN_MS = 250;
/** A slot may become free meanwhile. */
const TELL_OTHERS_AFTER_MS = 50;

export interface RabbitMqOptions {
  readonly url: string;
  readonly db: Database;
  readonly types: readonly string[];
  /** Messages in hand at a time: as many as jobs. */
  readonly prefetch: number;
  readonly log: Logger;
}

/**
 * Hears of jobs by RabbitMQ. A message only wakes: which job runs is decided by the claim, so one that comes twice
 * runs nothing twice. It stays in hand until its job is settled, here or elsewhere: if this worker dies, another is woken.
 */
export function listenOnRabbitMq(options: RabbitMqOptions, listener: WakeUpListener): WakeUp {
  const { db, types, log } = options;
  const messages = createMessagesInHand();
  const others = tellOthers(db, messages.has);
  let lookAgain: NodeJS.Timeout | undefined;

  const consumer = consume({
    ...options,
    name: 'affirm-name worker',
    topology: JOBS_TOPOLOGY,
    queue: JOBS_QUEUE,
    fanout: WORKERS_EXCHANGE,
    onMessage: take,
    onFanout: (body) => listener(readForWorkers(body)),
    onConnected() {
      messages.clear();
      listener({ kind: 'work' });
    },
  });

  function take(message: IncomingMessage): void {
    const jobId = jobOf(message.body);
    if (jobId === undefined) {
      log.warn('a message of the queue cannot be understood; it goes to the dead letters');
      return message.reject();
    }
    if (messages.take(jobId, message)) listener({ kind: 'work' });
  }

  /** There was nothing more to claim: what is in hand is for somebody else, or for nobody. */
  async function judge(jobIds: readonly string[]): Promise<void> {
    if (jobIds.length === 0) return;
    for (const [jobId, judgement] of await judgeMessages(db, jobIds, types)) {
      if (judgement === 'done') messages.letGo(jobId, 'ack');
      else if (judgement === 'dead') {
        log.warn({ jobId }, 'the job of a message is dead; the message goes to the dead letters');
        messages.letGo(jobId, 'reject');
      } else {
        clearTimeout(lookAgain);
        lookAgain = setTimeout(() => listener({ kind: 'work' }), LOOK_AGAIN_MS);
      }
    }
  }

  return {
    ready: consumer.ready,
    isOpen: consumer.isOpen,
    settled(jobId, isCompleted) {
      messages.letGo(jobId, 'ack');
      if (isCompleted) messages.remember(jobId);
    },
    async claimed({ running, hasFreeSlots }) {
      const unclaimed = messages.others(running);
      others.tell(hasFreeSlots ? [] : unclaimed);
      if (hasFreeSlots) await judge(unclaimed);
    },
    async pause({ running }) {
      await consumer.pause();
      for (const jobId of messages.others(running)) messages.letGo(jobId, 'handBack');
    },
    async stop() {
      clearTimeout(lookAgain);
      others.stop();
      await consumer.close();
    },
  };
}

/**
 * Messages may come to a worker whose slots are full, since it found other jobs by itself. Workers that are idle do not
 * know of these jobs: all are told to look, once for each message.
 */
function tellOthers(
  db: Database,
  isInHand: (jobId: string) => boolean,
): { tell(unclaimed: readonly string[]): void; stop(): void } {
  let untold: readonly string[] = [];
  let told: readonly string[] = [];
  let telling: NodeJS.Timeout | undefined;
  return {
    tell(unclaimed) {
      told = told.filter(isInHand);
      untold = unclaimed.filter((jobId) => !told.includes(jobId));
      if (untold.length === 0) return;
      telling ??= setTimeout(() => {
        telling = undefined;
        const left = untold.filter(isInHand);
        told = [...told, ...left];
        if (left.length > 0) announceLook(db);
      }, TELL_OTHERS_AFTER_MS);
    },
    stop: () => clearTimeout(telling),
  };
}
