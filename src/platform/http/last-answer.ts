import type { FastifyReply, FastifyRequest } from 'fastify';

const LINGER_MS = 5000;

/**
 * Makes the answer the last one on its connection, for one that comes before the body did. What is still sent is
 * passed over for some seconds: a socket that is closed on unread bytes takes the answer away from the client.
 */
export function answerBeforeBody(request: FastifyRequest, reply: FastifyReply): void {
  if (request.raw.complete) return;
  const { socket } = request.raw;
  void reply.header('connection', 'close');
  request.raw.unpipe().resume();
  // Node would destroy the socket with the last byte of the answer.
  socket.destroySoon = () => {
    socket.end();
    const cut = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(cut));
    socket.once('end', () => socket.destroy());
  };
}
