import { createHmac } from 'node:crypto';

/** HMAC-SHA256 over `timestamp.body` as lower-case hex; the timestamp is in seconds since 1970. */
export function signWebhook(secret: string, timestamp: number, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}
