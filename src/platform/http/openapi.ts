import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import type { RouteExample } from './access-rule.ts';
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
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/docs')) route.config = { ...route.config, access: 'public' };
  });
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
  const options = { config: { access: 'public' }, schema: { hide: true } } as const;
  app.get('/swagger/index.html', options, (_request, reply) => reply.redirect('/docs/'));
  app.get('/openapi.json', options, () => app.swagger());
}

/** What `config` of a route says to a reader: an id, its security, its example. */
function operationOf(route: RouteOptions, publicRead: boolean): object {
  const { access, scope, example, multipart } = route.config ?? {};
  const form = multipart === undefined ? {} : { body: formBody(route, multipart) };
  return {
    operationId: operationId(route),
    security: securityOf(access, publicRead),
    'x-access': scope === undefined ? access : `${access} or ${scope}`,
    ...(example === undefined ? {} : { 'x-example': example }),
    ...form,
  };
}

/** The form beside the other forms of the body that the route takes. */
function formBody({ schema }: RouteOptions, multipart: TSchema): object {
  const { content = {} } = (schema?.body ?? {}) as { content?: object };
  return { content: { 'multipart/form-data': { schema: multipart }, ...content } };
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

interface Parameter {
  name: string;
  required?: boolean;
  example?: unknown;
  schema?: { default?: unknown };
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses?: Record<string, unknown>;
  'x-example'?: RouteExample;
}

interface OpenApiDocument {
  components?: { schemas?: Record<string, unknown>; responses?: Record<string, unknown> };
  paths?: Record<string, Record<string, Operation>>;
}

/** The example in the places of the standard too, so that the documentation page fills its form with it. */
function showExample({ 'x-example': example, parameters = [], requestBody }: Operation): void {
  if (example === undefined) return;
  const words: Record<string, unknown> = { ...example.headers, ...example.query, ...example.params };
  for (const parameter of parameters) {
    if (words[parameter.name] !== undefined) parameter.example = words[parameter.name];
  }
  if (example.body === undefined) return;
  // Where there are several, the example is one of the first.
  const [media] = Object.values(requestBody?.content ?? {});
  if (media) media.example = example.body;
}

function withErrors(document: OpenApiDocument): object {
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(path)) {
      showExample(operation);
      // A default fills in what is left out.
      for (const each of operation.parameters ?? []) each.required &&= each.schema?.default === undefined;
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
