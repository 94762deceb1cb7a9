import compress from '@fastify/compress';
import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';
import { newId, randomToken } from '#platform/ids.ts';
import type { Logger } from '#platform/observability/log.ts';
import { type Authorize, guardRoutes } from './access-rule.ts';
import { answerParserError, handleErrors, sendError } from './error-handlers.ts';
import { markEncodedEtags } from './etag.ts';
import { answerUnknownRoutes } from './unknown-routes.ts';
import { sendBytes } from './send-bytes.ts';
import { describeRoutes, serveDocumentation } from './openapi.ts';
import { releaseAfterUploads } from './release-after-uploads.ts';
import { logRequests, REQUEST_ID_LABEL } from './request-log.ts';
import { secureAnswers } from './security-headers.ts';
import { endSilentConnections } from './silence.ts';
import { compileValidator, refuseUnknownFields } from './validation.ts';

export type HttpServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface HttpServerOptions {
  readonly version: string;
  readonly log: Logger;
  readonly authorize: Authorize;
  readonly publicRead: boolean;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** First segments of paths that are also there without `/v1`: `tasks`. */
  readonly unversioned?: readonly string[];
  readonly cors: {
    readonly origins: readonly string[];
    readonly methods: readonly string[];
    readonly headers: readonly string[];
    readonly maxAgeSeconds: number;
  };
}

/** A JSON body; files go by multipart, which has limits of its own. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const GRACE_MS = 20_000;
const SANE_REQUEST_ID = /^[\w.:@/+=-]{1,128}$/;
const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/(?:json|x-ndjson|javascript)|image\/svg)/;

const EXPOSED_HEADERS = [
  'Location',
  'ETag',
  'Link',
  'Retry-After',
  'Idempotent-Replayed',
  'Content-Disposition',
  'X-Request-Id',
];

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborts when the server begins to stop; event streams end on it. */
    stopping: AbortSignal;
    /** Published numbers are told to anybody. */
    publicRead: boolean;
    /** Requests with this `x-rehearsal` header come from the process itself and are not logged. */
    rehearsal: string;
  }
}

/** The platform without routes. Register route plugins on it, then `listen`; stop it by `stopHttpServer`. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const app = createFastify(options);
  const stopping = new AbortController();
  app.decorate('stopping', stopping.signal);
  app.decorate('publicRead', options.publicRead);
  app.decorate('rehearsal', randomToken(16));
  app.addHook('preClose', (done) => {
    stopping.abort();
    done();
  });
  endSilentConnections(app.server, options);
  app.setValidatorCompiler(compileValidator);
  app.addHook('onRoute', refuseUnknownFields);
  handleErrors(app);
  logRequests(app, options.log);
  releaseAfterUploads(app);
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  await registerPlugins(app, options);
  await describeRoutes(app, options);
  answerUnknownRoutes(app);
  await serveDocumentation(app);
  guardRoutes(app, options.authorize);
  return app;
}

/** Takes no more connections, lets running requests finish for `graceMs`, then cuts what is left. */
export async function stopHttpServer(app: HttpServer, graceMs = GRACE_MS): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
  // A connection that falls idle after the close would be kept alive for its whole idle time.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
    clearInterval(sweep);
  }
}

function createFastify(options: HttpServerOptions): HttpServer {
  const loggerInstance: FastifyBaseLogger = options.log;
  return Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: REQUEST_ID_LABEL }),
    http: {
      headersTimeout: options.readTimeoutMs,
      connectionsCheckingInterval: Math.max(50, Math.min(1000, options.readTimeoutMs / 4)),
      maxHeaderSize: options.maxHeaderBytes,
    },
    keepAliveTimeout: options.idleTimeoutMs,
    bodyLimit: MAX_BODY_BYTES,
    requestIdHeader: false,
    rewriteUrl: ({ url = '/' }) => withVersion(url, options.unversioned ?? []),
    genReqId: ({ headers }) => saneRequestId(headers['x-request-id']) ?? newId(),
    // Requests that were already on their way are served while the server stops.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 400 },
    clientErrorHandler: answerParserError,
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>();
}

/** `/tasks/…` → `/v1/tasks/…` for the segments that are given. */
function withVersion(url: string, unversioned: readonly string[]): string {
  const [, segment = ''] = /^\/([a-z]+)(?=[/?.]|$)/.exec(url) ?? [];
  return unversioned.includes(segment) ? `/v1${url}` : url;
}

async function registerPlugins(app: HttpServer, options: HttpServerOptions): Promise<void> {
  await secureAnswers(app);
  await app.register(cors, {
    origin: options.cors.origins.includes('*') ? '*' : [...options.cors.origins],
    methods: [...options.cors.methods],
    allowedHeaders: [...options.cors.headers],
    exposedHeaders: EXPOSED_HEADERS.join(', '),
    maxAge: options.cors.maxAgeSeconds,
  });
  await app.register(compress, {
    customTypes: COMPRESSIBLE,
    encodings: ['br', 'gzip'],
    threshold: 1024,
    globalDecompression: false,
  });
  markEncodedEtags(app);
  sendBytes(app);
  await app.register(multipart, {
    limits: {
      fileSize: Number.POSITIVE_INFINITY,
      fieldSize: 1024 * 1024,
      fields: 100,
      files: 2,
      headerPairs: 100,
    },
  });
}

function saneRequestId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && SANE_REQUEST_ID.test(header) ? header : undefined;
}
