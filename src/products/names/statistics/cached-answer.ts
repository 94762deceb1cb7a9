import type { FastifyReply, FastifyRequest } from 'fastify';
import { isUnchanged, strongEtag } from '#platform/http/etag.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { versionsOf } from './provenance.ts';

/** How long a cache may answer without asking. */
const MAX_AGE_SECONDS = 60;

interface Question {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly model: ReadModel;
  /** What makes this answer another one than those to other questions. */
  readonly parts: readonly (string | number)[];
}

/**
 * What `find` makes of the numbers published now; undefined when the client has this answer already. `find` begins on
 * the state known last while the database is asked whether that still holds, and again where it does not: one wait in
 * place of two.
 */
export async function answerFrom<Answer>(
  question: Question,
  find: (snapshot: Snapshot) => Promise<Answer>,
): Promise<Answer | undefined> {
  const { request, model } = question;
  const known = request.headers['if-none-match'] === undefined ? model.known() : undefined;
  const early = known && find(known);
  early?.catch(() => undefined);
  const snapshot = await model.snapshot();
  if (isKnownAnswer(question, snapshot)) return undefined;
  return early && known === snapshot ? early : find(snapshot);
}

/** Sets the headers of caching either way. */
function isKnownAnswer({ request, reply, parts }: Question, snapshot: Snapshot): boolean {
  const etag = strongEtag(versionsOf(snapshot.countries), ...parts);
  return isUnchanged(request, reply, { etag, maxAgeSeconds: MAX_AGE_SECONDS, scope: 'public' });
}
