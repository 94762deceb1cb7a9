import type { Database } from '#platform/postgres/database.ts';

/**
 * What the broker is told once the transaction that caused it has committed. work: a job waits for a worker ·
 * cancel: its worker is to look at it · dead: no worker survives it · look: workers with free slots are to look for work.
 */
export type JobAnnouncement =
  | { readonly kind: 'work' | 'cancel' | 'dead'; readonly jobId: string }
  | { readonly kind: 'look' };

/** Has the broker told, where there is one, when `db`'s transaction commits; beside it goes NOTIFY, which needs none. */
export function announce(db: Database, kind: 'work' | 'cancel' | 'dead', jobId: string): void {
  db.announce({ kind, jobId } satisfies JobAnnouncement);
}

/** Of a job that waits for its time: every worker with a free slot finds out when that is. */
export function announceLook(db: Database): void {
  db.announce({ kind: 'look' } satisfies JobAnnouncement);
}
