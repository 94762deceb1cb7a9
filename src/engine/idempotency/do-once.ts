import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors.ts';
import { answerBeforeBody } from '#platform/http/last-answer.ts';
import { newId } from '#platform/ids.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import {
  completeKey,
  findKey,
  type HeldKey,
  holdKey,
  type KnownKey,
  releaseKey,
  renewKey,
} from './idempotency.query.ts';

/** Said in the transaction that makes the resource, as its last statement but for a fence. */
export type Seal = (tx: Database, resourceId: string) => Promise<void>;

export interface OnceWork<Body extends { readonly fingerprint: Buffer }> {
  /** Reads the request. To compare: the resource exists, only the fingerprint is wanted and nothing may be kept. */
  receive(purpose: 'create' | 'compare'): Promise<Body>;
  /** Makes the resource and its job in one transaction, with `seal` in it; answers the resource's id. */
  create(body: Body, seal: Seal): Promise<string>;
}

export interface OnceResult {
  readonly id: string;
  /** The resource was made by an earlier request; its present state is the answer. */
  readonly isReplay: boolean;
}

export interface OnceRequest {
  readonly pool: Pool;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Undefined: the caller asks for no protection, every request makes its own. */
  readonly key: string | undefined;
}

const LEASE_MS = 60_000;
const RELEASE_AGAIN_MS = 250;
const RETRY_AFTER_SECONDS = 1;

/**
 * Makes a resource once for all requests of this caller under one key, and sets the status: 202 for a new one, 200 and
 * `Idempotent-Replayed` for one that is there. When it throws, the key is as new.
 * Throws AppError conflict `idempotency_in_progress`, unprocessable `idempotency_key_reused`, and what the work throws.
 */
export async function doOnce<Body extends { readonly fingerprint: Buffer }>(
  { pool, request, reply, key }: OnceRequest,
  work: OnceWork<Body>,
): Promise<OnceResult> {
  if (key === undefined) {
    const id = await work.create(await work.receive('create'), async () => {});
    void reply.code(202);
    return { id, isReplay: false };
  }
  const held = heldKey(request, key);
  const known = await takeKey(pool, held).catch((error: unknown) => {
    // Nobody knows whether it was taken.
    void releaseLater(pool, request, held);
    throw error;
  });
  if (known === undefined) {
    const id = await whileHeld(pool, request, held, async () => {
      const body = await work.receive('create');
      return work.create(body, (tx, resourceId) => sealKey(tx, held, body.fingerprint, resourceId));
    });
    void reply.code(202);
    return { id, isReplay: false };
  }
  const { fingerprint, resource_id: id } = known;
  if (fingerprint === null || id === null) {
    answerBeforeBody(request, reply);
    void reply.header('retry-after', RETRY_AFTER_SECONDS);
    throw inProgress();
  }
  const sent = await work.receive('compare');
  if (!sent.fingerprint.equals(fingerprint)) throw keyReused(id);
  void reply.code(200).header('idempotent-replayed', 'true');
  return { id, isReplay: true };
}

function heldKey(request: FastifyRequest, key: string): HeldKey {
  const { url = '' } = request.routeOptions;
  const caller = request.caller.keyId ?? 'anonymous';
  return { caller, route: `${request.method} ${url}`, key, holder: newId() };
}

/** Undefined: the key is this request's. */
async function takeKey(pool: Pool, held: HeldKey): Promise<KnownKey | undefined> {
  for (;;) {
    if (await holdKey(pool, held, LEASE_MS)) return undefined;
    const known = await findKey(pool, held);
    // Absent: its holder has just given it up.
    if (known) return known;
  }
}

/** Renews the lease until the work ends; a client that sends nothing is cut off by the server long before. */
async function whileHeld<T>(
  pool: Pool,
  request: FastifyRequest,
  held: HeldKey,
  work: () => Promise<T>,
): Promise<T> {
  const renewal = setInterval(() => {
    renewKey(pool, held, LEASE_MS).catch((error: unknown) =>
      request.log.warn({ err: error }, 'an idempotency key could not be renewed'),
    );
  }, LEASE_MS / 3);
  try {
    return await work();
  } catch (error) {
    // Done all the same, should the answer to the commit have been lost: such a key stays.
    await releaseKey(pool, held).catch(() => void releaseLater(pool, request, held));
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** The database was away: as soon as it is back, so that the caller need not wait for the end of the lease. */
async function releaseLater(pool: Pool, request: FastifyRequest, held: HeldKey): Promise<void> {
  const deadline = performance.now() + LEASE_MS;
  for (;;) {
    await delay(RELEASE_AGAIN_MS, undefined, { ref: false });
    try {
      return await releaseKey(pool, held);
    } catch (error) {
      if (performance.now() < deadline) continue;
      return request.log.warn({ err: error }, 'an idempotency key could not be given up');
    }
  }
}

async function sealKey(tx: Database, held: HeldKey, fingerprint: Buffer, resourceId: string): Promise<void> {
  if (!(await completeKey(tx, held, { fingerprint, resourceId }))) throw inProgress();
}

function inProgress(): AppError {
  const message =
    'A request with this Idempotency-Key is being received just now. Repeat this one in a moment.';
  return new AppError('conflict', 'idempotency_in_progress', message);
}

function keyReused(resourceId: string): AppError {
  const message =
    'This Idempotency-Key was sent with another request before. Take a new key for a new request.';
  return new AppError('unprocessable', 'idempotency_key_reused', message, { resource_id: resourceId });
}
