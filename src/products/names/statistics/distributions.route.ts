import type { FastifyPluginCallback } from 'fastify';
import type { ReadModel } from '../read-model/read-model.ts';
import { changeRoutes } from './changes.route.ts';
import { diversityRoute } from './diversity.route.ts';
import { namePartsRoutes } from './name-parts.route.ts';

/** `/v1/statistics/…` about all names of a year at once. */
export function distributionRoutes(model: ReadModel): FastifyPluginCallback {
  return (app, _options, done) => {
    void app.register(diversityRoute(model));
    void app.register(namePartsRoutes(model));
    void app.register(changeRoutes(model));
    done();
  };
}
