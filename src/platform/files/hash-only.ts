import { createHash } from 'node:crypto';
import { type FileStore, fileTooLarge } from './file-store.ts';

/** Takes bytes in as a store does, and keeps none: for those that are only compared. */
export const hashOnly: Pick<FileStore, 'write' | 'delete'> = {
  async write(_key, source, { signal, maxBytes = 0 } = {}) {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of source) {
      signal?.throwIfAborted();
      size += chunk.byteLength;
      if (maxBytes > 0 && size > maxBytes) throw fileTooLarge(maxBytes);
      hash.update(chunk);
    }
    return { size, sha256: hash.digest('hex') };
  },
  async delete() {},
};
