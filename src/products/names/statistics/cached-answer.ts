import type { FastifyReply, FastifyRequest } from 'fastify';
import { isUnchanged, strongEtag } from '#platform/http/etag.ts';
import type { Snapshot } from '../read-model/read-model.ts';
import { versionsOf } from './provenance.ts';

/** How long a cache may answer without asking. */
const MAX_AGE_SECONDS = 60;

/**
 * Whether the client has this answer already: the same question (`parts`) about the same data. Sets the headers of
 * caching either way.
 */
export function isKnownAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  snapshot: Snapshot,
  parts: readonly (string | number)[],
): boolean {
  const etag = strongEtag(versionsOf(snapshot.countries), ...parts);
  return isUnchanged(request, reply, { etag, maxAgeSeconds: MAX_AGE_SECONDS, scope: 'public' });
}
