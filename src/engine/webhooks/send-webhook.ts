import type { IncomingMessage } from 'node:http';
import { AppError } from '#platform/errors.ts';
import { createDeadline } from '../fetching/deadline.ts';
import { sendGuarded } from '../fetching/guarded-request.ts';
import type { UrlRules } from '../fetching/url-guard.ts';
import type { Delivery, FailedAttempt } from './deliveries.query.ts';
import { signWebhook } from './sign-webhook.ts';

export interface SendOptions {
  readonly rules: UrlRules;
  readonly now: Date;
  readonly signal: AbortSignal;
}

export type Sent =
  | { readonly isDelivered: true; readonly status: number }
  | ({ readonly isDelivered: false } & FailedAttempt);

const MAX_ANSWER_BYTES = 1024;
const ANSWER_MS = 5_000;

/** One attempt. An answer 2xx is a success; redirects are not followed. Throws the signal's reason. */
export async function sendWebhook(delivery: Delivery, secret: string, options: SendOptions): Promise<Sent> {
  const { rules, now, signal } = options;
  const url = URL.parse(delivery.url);
  if (!url) return { isDelivered: false, status: null, error: 'url_not_allowed' };
  try {
    const headers = headersOf(delivery, secret, now);
    const answer = await sendGuarded({ url, method: 'POST', headers, body: delivery.body, rules, signal });
    await readAway(answer, signal);
    const { statusCode: status = 0 } = answer;
    return status >= 200 && status < 300
      ? { isDelivered: true, status }
      : { isDelivered: false, status, error: null };
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    return { isDelivered: false, status: null, error: error.code };
  }
}

function headersOf(delivery: Delivery, secret: string, now: Date): Record<string, string> {
  const timestamp = Math.floor(now.getTime() / 1000);
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'affirm-name',
    'Affirm-Event': delivery.event,
    'Affirm-Event-Id': delivery.id,
    'Affirm-Timestamp': String(timestamp),
    'Affirm-Signature': `sha256=${signWebhook(secret, timestamp, delivery.body)}`,
  };
}

/** The status says all; a little of the answer is taken so that an ordinary receiver sees its answer accepted. */
async function readAway(answer: IncomingMessage, signal: AbortSignal): Promise<void> {
  const deadline = createDeadline(signal);
  deadline.set(ANSWER_MS);
  const chunks = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (let bytes = 0; bytes < MAX_ANSWER_BYTES;) {
      const { value, done } = await deadline.race(chunks.next());
      if (done) return;
      bytes += value.length;
    }
  } catch {
    // An answer that breaks off after its status is an answer; the next line throws when we are to stop.
    signal.throwIfAborted();
  } finally {
    deadline.clear();
    answer.destroy();
  }
}
