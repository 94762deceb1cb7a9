import type { FastifyPluginCallback } from 'fastify';
import type { Database } from '#platform/postgres/database.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { countrynessRoute } from './countryness.route.ts';
import { familiesRoute } from './families.route.ts';
import { nameForecastRoute } from './name-forecast.route.ts';
import { predictedAgeRoute } from './predicted-age.route.ts';
import { similarRoute } from './similar.route.ts';

/** What is said of names beside other names, other countries and years to come. */
export function comparisonRoutes(db: Database, model: ReadModel): FastifyPluginCallback {
  return (app, _options, done) => {
    void app.register(countrynessRoute(db, model));
    void app.register(familiesRoute(model));
    void app.register(nameForecastRoute(db, model));
    void app.register(predictedAgeRoute(db, model));
    void app.register(similarRoute(model));
    done();
  };
}
