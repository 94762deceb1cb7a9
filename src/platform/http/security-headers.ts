import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance } from 'fastify';

const RULES = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  // TLS ends in front of us, and whether all of a domain has it is for its owner to say.
  strictTransportSecurity: false,
};

/** Headers that tell browsers to trust an answer no further than they must; a route may set its own in their place. */
export async function secureAnswers(app: FastifyInstance): Promise<void> {
  const headers = await headersOfHelmet();
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}

/** They are the same for every answer, and working them out takes as long as a short answer: helmet is asked once. */
async function headersOfHelmet(): Promise<Record<string, string>> {
  const app = Fastify();
  await app.register(helmet, RULES);
  app.get('/', (_request, reply) => reply.getHeaders());
  const answer = await app.inject('/');
  await app.close();
  return answer.json<Record<string, string>>();
}
