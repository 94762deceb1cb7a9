import { basename, dirname } from 'node:path';
import type { FileStore } from '#platform/files/file-store.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';

/** A file where it lies, as if it were in a file store. */
export function storeOf(file: string): { store: FileStore; key: string } {
  return { store: createLocalFileStore(dirname(file)), key: basename(file) };
}
