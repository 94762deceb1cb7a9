import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { writeRawError } from './error-handlers.ts';

interface Traffic {
  request: IncomingMessage | undefined;
  read: number;
  readAt: number;
  flushed: number;
  flushedAt: number;
}

interface SilenceLimits {
  /** Longest silence between bytes of a request's body. */
  readonly readTimeoutMs: number;
  /** Longest time that an answer may wait without the client taking a byte. */
  readonly writeTimeoutMs: number;
}

/**
 * Ends connections whose other side went silent in the middle of a body or of an answer. Long uploads, exports and
 * event streams live as long as bytes move; a handler that thinks is not silence.
 */
export function endSilentConnections(server: Server, limits: SilenceLimits): void {
  const connections = new Map<Socket, Traffic>();
  server.on('connection', (socket: Socket) => {
    const now = performance.now();
    connections.set(socket, { request: undefined, read: 0, readAt: now, flushed: 0, flushedAt: now });
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', (request: IncomingMessage) => {
    const traffic = connections.get(request.socket);
    if (traffic) Object.assign(traffic, { request, readAt: performance.now() });
  });
  const { readTimeoutMs, writeTimeoutMs } = limits;
  const every = Math.max(10, Math.min(1000, readTimeoutMs / 4, writeTimeoutMs / 4));
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [socket, traffic] of connections) check(socket, traffic, now, limits);
  }, every);
  timer.unref();
  server.once('close', () => clearInterval(timer));
}

function check(socket: Socket, traffic: Traffic, now: number, limits: SilenceLimits): void {
  const flushed = socket.bytesWritten - socket.writableLength;
  if (flushed !== traffic.flushed || socket.writableLength === 0) {
    traffic.flushed = flushed;
    traffic.flushedAt = now;
  }
  if (socket.bytesRead !== traffic.read || !waitsForBody(traffic.request)) {
    traffic.read = socket.bytesRead;
    traffic.readAt = now;
  }
  if (now - traffic.flushedAt > limits.writeTimeoutMs) socket.destroy();
  else if (now - traffic.readAt > limits.readTimeoutMs) {
    writeRawError(socket, '408 Request Timeout', 'request_timeout', 'No byte of the body came for too long.');
    socket.destroySoon();
  }
}

/** Not while the handler itself holds the body back. */
function waitsForBody(request: IncomingMessage | undefined): boolean {
  if (request === undefined || request.complete || request.destroyed) return false;
  return !request.isPaused() && request.readableLength < request.readableHighWaterMark;
}
