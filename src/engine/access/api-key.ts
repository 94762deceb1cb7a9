import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { randomToken } from '#platform/ids.ts';

const KEY = /^ak_([A-Za-z0-9]{8})_[A-Za-z0-9_-]{43}$/;
const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 8;
const SECRET_BYTES = 32;

/** A key as it is shown once, with the two parts of it that are kept. */
export interface ApiKey {
  readonly text: string;
  readonly keyId: string;
  readonly hash: Buffer;
}

/** `ak_<id>_<secret>`, the secret with 256 random bits. */
export function newApiKey(): ApiKey {
  const letters = Array.from({ length: ID_LENGTH }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]);
  const keyId = letters.join('');
  const text = `ak_${keyId}_${randomToken(SECRET_BYTES)}`;
  return { text, keyId, hash: hashKey(text) };
}

/** Undefined when the text does not have the form of a key. */
export function parseApiKey(text: string): ApiKey | undefined {
  const keyId = KEY.exec(text)?.[1];
  return keyId === undefined ? undefined : { text, keyId, hash: hashKey(text) };
}

/** Takes the same time wherever the two differ. */
export function sameHash(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function hashKey(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
