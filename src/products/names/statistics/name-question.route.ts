import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import { sendUnchanged } from '#platform/http/etag.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { answerFrom } from './cached-answer.ts';
import { NameText } from './schemas.ts';

interface NameQuestion<Query extends TObject, Answer extends TSchema> {
  /** With `:name` in it. */
  readonly path: string;
  readonly summary: string;
  readonly example: { readonly params: { readonly name: string }; readonly query?: Record<string, string> };
  readonly query: Query;
  readonly answer: Answer;
  find(snapshot: Snapshot, name: string, query: Static<Query>): Promise<Static<Answer>>;
}

/** `GET` of something about one name, answered to everybody from what is published, and only when that has changed. */
export function nameQuestionRoute<Query extends TObject, Answer extends TSchema>(
  model: ReadModel,
  { path, summary, example, query: querystring, answer, find }: NameQuestion<Query, Answer>,
): FastifyPluginCallback {
  return (app: FastifyInstance, _options, done): void => {
    app.get<{ Params: { name: string }; Querystring: Static<Query> }>(
      path,
      {
        config: { access: 'public_read', example },
        schema: {
          summary,
          tags: ['names'],
          params: Type.Object({ name: NameText }),
          querystring,
          response: { 200: answer },
        },
      },
      async (request, reply) => {
        const { params, query, url } = request;
        const findAnswer = (snapshot: Snapshot): Promise<Static<Answer>> =>
          find(snapshot, params.name, query as Static<Query>);
        const found = await answerFrom({ request, reply, model, parts: [url] }, findAnswer);
        if (found === undefined) return sendUnchanged(reply);
        // Hundreds of points take a compiled serializer half as long again.
        void reply.type('application/json; charset=utf-8').serializer(JSON.stringify);
        return found;
      },
    );
    done();
  };
}
