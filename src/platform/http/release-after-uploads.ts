import { releaseMemory } from '../memory.ts';
import type { HttpServer } from './server.ts';

/** What a smaller body leaves behind is not worth looking for. */
const LARGE_BYTES = 8 * 1024 * 1024;

/**
 * A large body leaves buffers and parsed code behind just when its job begins to take memory: they are given back after
 * its answer, unless another request would have to wait for that.
 */
export function releaseAfterUploads(app: HttpServer): void {
  let open = 0;
  app.addHook('onRequest', (_request, reply, done) => {
    open++;
    // Whether the answer went out whole or the client left.
    reply.raw.once('close', () => open--);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    if (Number(request.headers['content-length'] ?? 0) >= LARGE_BYTES)
      setImmediate(() => {
        if (open === 0) releaseMemory();
      });
    done();
  });
}
