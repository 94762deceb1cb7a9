import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { AppError, OutageError } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import { errorBody, statusOf } from './error-envelope.ts';
import { isOutage } from './outage.ts';
import { validationDetails } from './validation-details.ts';

const RETRY_AFTER_SECONDS = 2;
/** PostgreSQL's words for text that it cannot hold: a NUL byte in a query or a body. */
const UNSTORABLE_TEXT = new Set(['22021', '22P05']);
const DISK_FULL = new Set(['53100', 'ENOSPC', 'EDQUOT']);
/** The multipart reader throws these without a code. */
const BROKEN_FORM = /unexpected end of multipart data|Malformed part header|Multipart: Boundary not found/i;

/** Every failure leaves as the one envelope; what is a bug is logged in full and shown as nothing but its request id. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
}

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (request.raw.readableAborted) {
    // Nobody hears the answer; a client that went away in the middle of its body is no failure of ours.
    const gone = new AppError('invalid', 'client_went_away', 'The body did not arrive completely.');
    sendEnvelope(statusOf(gone.kind), gone, request, reply);
    return;
  }
  const expected = expectedError(error as FastifyError);
  if (expected === undefined) {
    request.log.error({ err: error }, 'request failed');
    const message = 'Something went wrong on our side. The log has the details under this request id.';
    sendEnvelope(500, new AppError('unavailable', 'internal_error', message), request, reply);
    return;
  }
  if (expected.kind === 'unavailable') {
    request.log.warn({ err: error }, 'request could not be served');
    void reply.header('retry-after', RETRY_AFTER_SECONDS);
  }
  if (expected.kind === 'unauthenticated') void reply.header('www-authenticate', 'Bearer');
  sendEnvelope(statusOf(expected.kind), expected, request, reply);
}

/** For the few statuses that no kind of error stands for. */
export function sendEnvelope(
  status: number,
  error: AppError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  // A list may have promised CSV already; caches must not keep an error.
  void reply.removeHeader('etag').header('cache-control', 'no-store').header('x-request-id', request.id);
  void reply
    .code(status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(errorBody(error, request.id));
}

/** The error as a client may see it; undefined for bugs. */
function expectedError(error: FastifyError): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof OutageError) return new AppError('unavailable', 'unavailable', error.message);
  if (error.validation) {
    const details = validationDetails(error.validation, error.validationContext);
    return new AppError(
      'invalid',
      'invalid_request',
      'The request was not understood: see details.',
      details,
    );
  }
  if (UNSTORABLE_TEXT.has(error.code) || BROKEN_FORM.test(error.message)) {
    const message = 'The request was not understood: a text holds a NUL byte, or the form is cut off.';
    return new AppError('invalid', 'invalid_request', message);
  }
  if (DISK_FULL.has(error.code)) {
    const message = 'There is no room left on a disk of the server or its database. Free some and try again.';
    return new AppError('unavailable', 'storage_full', message);
  }
  if (isOutage(error)) {
    return new AppError(
      'unavailable',
      'unavailable',
      'The database cannot be reached just now. Try again soon.',
    );
  }
  return frameworkError(error);
}

/** What Fastify and its plugins refuse: their messages hold nothing but the rule that was broken. */
function frameworkError(error: FastifyError): AppError | undefined {
  const { statusCode = 500, message, code } = error;
  if (typeof code !== 'string' || !code.startsWith('FST_') || statusCode < 400 || statusCode >= 500) {
    return undefined;
  }
  if (statusCode === 413) {
    const tooMany = code.endsWith('_LIMIT');
    return new AppError('too_large', tooMany ? 'too_many_parts' : 'file_too_large', message);
  }
  if (statusCode === 415 || statusCode === 406) {
    return new AppError('unsupported_type', 'unsupported_media_type', message);
  }
  return new AppError('invalid', 'invalid_request', message);
}

const PARSER_ERRORS: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'headers_too_large',
    'The headers are too large.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'request_timeout',
    'The request took too long to arrive.',
  ],
};

/** Answers bytes that are no HTTP request; there is no request object yet, so the answer is written by hand. */
export function answerParserError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = PARSER_ERRORS[error.code ?? ''] ?? [
    '400 Bad Request',
    'invalid_request',
    'This is not an HTTP request.',
  ];
  writeRawError(socket, status, code, message);
}

export function writeRawError(socket: Socket, status: string, code: string, message: string): void {
  const body = JSON.stringify({ error: { code, message, request_id: newId() } });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
