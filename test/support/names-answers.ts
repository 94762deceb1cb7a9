import { after } from 'node:test';
import { createHttpServer } from '#platform/http/server.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { statisticsRoutes } from '#products/names/index.ts';
import { createReadModel, type ReadModel } from '#products/names/read-model/read-model.ts';
import { serverOptions } from './http-server.ts';

type Parameters = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** Asks the routes about published numbers. */
interface Answers {
  readonly model: ReadModel;
  ask(path: string, parameters?: Parameters, headers?: Record<string, string>): Promise<Answer>;
}

/** The routes over a read model of their own, without a port; closed at the end of the test file. */
export async function openAnswers(pool: Pool, options: { cacheBytes?: number } = {}): Promise<Answers> {
  const model = createReadModel({ pool, cacheBytes: options.cacheBytes ?? 1 << 24 });
  const app = await createHttpServer(serverOptions());
  void app.register(statisticsRoutes(pool, model));
  await app.ready();
  after(() => app.close());
  return {
    model,
    async ask(path, parameters = {}, headers = {}) {
      const query = new URLSearchParams();
      for (const [key, value] of Object.entries(parameters)) {
        for (const each of [value].flat()) if (each !== undefined) query.append(key, String(each));
      }
      const answer = await app.inject({ method: 'GET', url: `${path}?${query.toString()}`, headers });
      const isJson = String(answer.headers['content-type']).startsWith('application/json');
      return {
        status: answer.statusCode,
        headers: answer.headers as Record<string, string>,
        text: answer.body,
        body: isJson ? answer.json() : undefined,
      };
    },
  };
}
