import { createPublisher, type Publisher } from '#platform/messaging/publisher.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { JobAnnouncement } from './announce.ts';
import { JOBS_TOPOLOGY, LOOK, messageFor } from './broker-messages.ts';

export interface JobPublisher extends Pick<Publisher, 'ready' | 'isOpen' | 'close'> {
  /** For a pool's `onAnnounced`. */
  readonly onAnnounced: (announcement: object) => void;
}

/** Tells RabbitMQ of the jobs that this process queues or commands. */
export function createJobPublisher(options: {
  readonly url: string;
  readonly name: string;
  readonly log: Logger;
}): JobPublisher {
  const publisher = createPublisher({ ...options, topology: JOBS_TOPOLOGY, insteadOfTooMany: LOOK });
  return {
    ...publisher,
    onAnnounced: (announcement) => publisher.publish(messageFor(announcement as JobAnnouncement)),
  };
}
