import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { ErrorEnvelope } from './error-envelope.ts';

interface DocumentOptions {
  readonly version: string;
  readonly publicRead: boolean;
}

/** Must come before all routes that are to be described. */
export async function describeRoutes(app: FastifyInstance, options: DocumentOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'affirm-name',
        version: options.version,
        description: 'Import the name files of statistical offices, compare them, ask them.',
      },
      components: {
        securitySchemes: {
          api_key: { type: 'http', scheme: 'bearer', description: 'An API key: `ak_<id>_<secret>`' },
        },
      },
    },
    transform: ({ schema, url, route }) => ({
      schema: { ...(schema as object), ...operationOf(route, options.publicRead) },
      url,
    }),
    transformObject: (document) =>
      'openapiObject' in document ? withErrors(document.openapiObject as OpenApiDocument) : {},
  });
}

/** The documentation pages; they bring all that they need, so they work without the internet. */
export async function serveDocumentation(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { url: '/openapi.json', validatorUrl: null, persistAuthorization: true },
    staticCSP: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
      'font-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  });
  app.get('/swagger/index.html', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs/'));
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

/** What `config` of a route says to a reader: an id, its security, its example. */
function operationOf(route: RouteOptions, publicRead: boolean): object {
  const { access, scope, example, multipart } = route.config ?? {};
  const form = multipart === undefined ? {} : { consumes: ['multipart/form-data'], body: multipart };
  return {
    operationId: operationId(route),
    security: securityOf(access, publicRead),
    'x-access': scope === undefined ? access : `${access} or ${scope}`,
    ...(example === undefined ? {} : { 'x-example': example }),
    ...form,
  };
}

function securityOf(access: string | undefined, publicRead: boolean): Record<string, string[]>[] {
  if (access === 'public') return [];
  if (access === 'public_read' && publicRead) return [{}, { api_key: [] }];
  return [{ api_key: [] }];
}

/** `GET /v1/names/:name/trend` → `get_names_name_trend`. */
function operationId({ method, url }: RouteOptions): string {
  const words = url.replace(/^\/v1/, '').match(/[a-z0-9]+/gi) ?? [];
  return [String(method), ...words].join('_').toLowerCase();
}

interface OpenApiDocument {
  components?: { schemas?: Record<string, unknown>; responses?: Record<string, unknown> };
  paths?: Record<string, Record<string, { responses?: Record<string, unknown> }>>;
}

function withErrors(document: OpenApiDocument): object {
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(path)) {
      operation.responses = { ...operation.responses, default: { $ref: '#/components/responses/Error' } };
    }
  }
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  return {
    ...document,
    components: {
      ...document.components,
      schemas: { ...document.components?.schemas, Error: ErrorEnvelope },
      responses: { Error: { description: 'Any failure', content } },
    },
  };
}
