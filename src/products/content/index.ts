import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { Resource } from '#engine/imports/resource.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { articlesResource } from './articles.resource.ts';
import { readContentRoutes } from './catalog/content.route.ts';
import { commentsResource } from './comments.resource.ts';
import { createPasswordHasher } from './password-hash.ts';
import { passwordProtector } from './protect-passwords.ts';
import { usersResource } from './users.resource.ts';

const MAX_PLAIN_PASSWORDS = 10_000;

/** What can be moved in and out in bulk, in the order in which references allow it. */
export function contentResources(options: { readonly maxPlainPasswords: number }): readonly Resource[] {
  const protectPasswords = passwordProtector(createPasswordHasher(), options.maxPlainPasswords);
  return [usersResource(protectPasswords), articlesResource, commentsResource];
}

export const CONTENT_RESOURCES = contentResources({ maxPlainPasswords: MAX_PLAIN_PASSWORDS });

export interface ContentDependencies {
  readonly pool: Pool;
}

/** Everything of the product that is served over HTTP. */
export function contentRoutes({ pool }: ContentDependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    void app.register(readContentRoutes(pool));
    done();
  };
}
