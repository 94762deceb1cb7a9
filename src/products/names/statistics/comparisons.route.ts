import type { FastifyPluginCallback } from 'fastify';
import type { ReadModel } from '../read-model/read-model.ts';
import { familiesRoute } from './families.route.ts';
import { similarRoute } from './similar.route.ts';

/** What is said of names beside other names, other countries and years to come. */
export function comparisonRoutes(model: ReadModel): FastifyPluginCallback {
  return (app, _options, done) => {
    void app.register(familiesRoute(model));
    void app.register(similarRoute(model));
    done();
  };
}
