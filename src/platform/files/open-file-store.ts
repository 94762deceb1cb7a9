import type { FileStore } from './file-store.ts';
import { createLocalFileStore } from './local-file-store.ts';
import type { S3Options } from './s3-client.ts';

type Storage = { readonly type: 'local'; readonly path: string } | ({ readonly type: 's3' } & S3Options);

/** The file store of the settings. */
export async function openFileStore(storage: Storage): Promise<FileStore> {
  if (storage.type === 'local') return createLocalFileStore(storage.path);
  // The SDK takes half a second and 35 MB, which a folder does not need.
  const { createS3FileStore } = await import('./s3-file-store.ts');
  return createS3FileStore(storage);
}
