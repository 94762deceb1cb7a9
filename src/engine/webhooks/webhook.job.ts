import { Type } from 'typebox';
import type { Clock } from '#platform/clock.ts';
import { AppError } from '#platform/errors.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { UrlRules } from '../fetching/url-guard.ts';
import { defineJob, type JobContext, type JobDefinition } from '../jobs/define-job.ts';
import { JOB_RETENTION_MS } from '../jobs/job-retention.ts';
import type { Random } from '../jobs/retry-policy.ts';
import {
  type Delivery,
  enqueueAttempt,
  type FailedAttempt,
  findDelivery,
  recordDelivered,
  recordFailed,
  recordGivenUp,
  removeOldDeliveries,
  WEBHOOK_JOB,
} from './deliveries.query.ts';
import { deliveryDelay } from './delivery-delay.ts';
import { sendWebhook } from './send-webhook.ts';

export interface WebhookDependencies {
  readonly pool: Pool;
  readonly rules: UrlRules;
  readonly clock: Clock;
  readonly random?: Random;
  /** After the first failed attempt; doubled after each; default 5 s. */
  readonly firstDelayMs?: number;
  /** Default 24 h. */
  readonly retryForMs?: number;
}

const RETRY_FOR_MS = 24 * 3_600_000;

const Payload = Type.Object({
  delivery_id: Type.String({ format: 'uuid' }),
  attempt: Type.Integer({ minimum: 1 }),
});

/**
 * One attempt to deliver one message. What failed is tried again by another job, queued in the transaction that ends
 * this one, until a day has passed; then the job fails with `webhook_given_up`.
 */
export function webhookJob(dependencies: WebhookDependencies): JobDefinition {
  return defineJob({
    type: WEBHOOK_JOB,
    payload: Payload,
    async run({ delivery_id: id, attempt }, context) {
      const { pool, rules, clock } = dependencies;
      const delivery = await findDelivery(pool, id);
      // A worker that died after the transaction of another attempt left nothing to do.
      if (!delivery || delivery.isDelivered) return { delivered: delivery?.isDelivered ?? false };
      if (delivery.secret === null) throw noSecret();
      const sent = await sendWebhook(delivery, delivery.secret, {
        rules,
        now: clock(),
        signal: context.signal,
      });
      if (sent.isDelivered) await finish(delivery, sent.status, context);
      else await tryAgain(dependencies, delivery, attempt, sent, context);
    },
    async ended(tx, { payload }) {
      await recordGivenUp(tx, payload.delivery_id);
    },
  });
}

function finish(delivery: Delivery, status: number, context: JobContext): Promise<void> {
  return context.session((session) =>
    session.transaction(async (tx) => {
      await recordDelivered(tx, delivery.id, status);
      await removeOldDeliveries(tx, JOB_RETENTION_MS);
      await context.complete(tx, { delivered: true, status });
    }),
  );
}

async function tryAgain(
  dependencies: WebhookDependencies,
  delivery: Delivery,
  attempt: number,
  failed: FailedAttempt,
  context: JobContext,
): Promise<void> {
  const { random = Math.random, firstDelayMs, retryForMs = RETRY_FOR_MS } = dependencies;
  const delayMs = deliveryDelay(attempt, random, firstDelayMs);
  const { status, error } = failed;
  const isOver = await context.session((session) =>
    session.transaction(async (tx) => {
      const ageMs = await recordFailed(tx, delivery.id, failed);
      if (ageMs + delayMs > retryForMs) {
        await context.fence(tx);
        return true;
      }
      await enqueueAttempt(tx, delivery, attempt + 1, delayMs);
      await context.complete(tx, { delivered: false, status, error });
      return false;
    }),
  );
  if (isOver) throw givenUp(failed);
}

function givenUp({ status, error }: FailedAttempt): AppError {
  const last = error ?? `status ${status}`;
  return new AppError(
    'unavailable',
    'webhook_given_up',
    `The receiver did not take the message within a day; last: ${last}.`,
  );
}

function noSecret(): AppError {
  return new AppError(
    'conflict',
    'webhook_unsigned',
    'The secret of the message is gone; it is not sent without a signature.',
  );
}
