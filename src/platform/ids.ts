import { randomBytes, randomUUID } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A random UUID (version 4). */
export function newId(): string {
  return randomUUID();
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** `bytes` random bytes as base64url text; for secrets and names that must not be guessed. */
export function randomToken(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
