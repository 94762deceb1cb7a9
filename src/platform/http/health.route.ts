import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Clock } from '#platform/clock.ts';
import { OneOf, Timestamp } from './schemas.ts';

export interface HealthDependencies {
  readonly version: string;
  readonly clock: Clock;
  /** Each rejects when its part cannot be reached. */
  readonly checks: {
    readonly database: () => Promise<unknown>;
    readonly storage: () => Promise<unknown>;
    readonly queue: () => Promise<unknown>;
  };
  /** All must say true before the server takes questions. */
  readonly readiness: readonly (() => boolean | Promise<boolean>)[];
}

const HEALTH_WITHIN_MS = 3000;
const READY_WITHIN_MS = 1500;

const Health = Type.Object({
  status: OneOf(['healthy', 'unhealthy']),
  version: Type.String(),
  uptime_seconds: Type.Integer(),
  timestamp: Timestamp,
  checks: Type.Object({
    database: OneOf(['connected', 'disconnected']),
    storage: OneOf(['accessible', 'inaccessible']),
    queue: OneOf(['connected', 'disconnected']),
  }),
});

const Ready = Type.Object({ ready: Type.Boolean() });

export function healthRoutes(deps: HealthDependencies): FastifyPluginCallbackTypebox {
  const startedAt = performance.now();
  return (app, _options, done) => {
    const config = { access: 'public', example: {} } as const;
    app.get(
      '/health',
      {
        config,
        schema: {
          summary: 'Whether the parts that it needs can be reached',
          tags: ['operation'],
          response: { 200: Health, 503: Health },
        },
      },
      async (_request, reply) => {
        const { database, storage, queue } = deps.checks;
        const [base, files, jobs] = await Promise.all([database, storage, queue].map(succeeds));
        // Without a broker jobs are found by polling: later, and that is all.
        const healthy = base && files;
        return reply.code(healthy ? 200 : 503).send({
          status: healthy ? 'healthy' : 'unhealthy',
          version: deps.version,
          uptime_seconds: Math.floor((performance.now() - startedAt) / 1000),
          timestamp: deps.clock(),
          checks: {
            database: base ? 'connected' : 'disconnected',
            storage: files ? 'accessible' : 'inaccessible',
            queue: jobs ? 'connected' : 'disconnected',
          },
        });
      },
    );
    app.get(
      '/ready',
      {
        config,
        schema: {
          summary: 'Whether it takes questions now',
          tags: ['operation'],
          response: { 200: Ready, 503: Ready },
        },
      },
      async (_request, reply) => {
        const answers = await Promise.all(deps.readiness.map((check) => within(READY_WITHIN_MS, check)));
        const ready = answers.every(Boolean);
        return reply.code(ready ? 200 : 503).send({ ready });
      },
    );
    done();
  };
}

function succeeds(check: () => Promise<unknown>): Promise<boolean> {
  return within(HEALTH_WITHIN_MS, async () => {
    await check();
    return true;
  });
}

/** False when the check fails or does not answer in time. */
async function within(ms: number, check: () => boolean | Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const answer = (async () => check())().catch(() => false);
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
}
