import { AppError } from '#platform/errors.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { hashOnly } from '#platform/files/hash-only.ts';
import { type ReceivedUpload, receiveUpload } from '#platform/http/receive-upload.ts';
import { doOnce, type OnceRequest, type OnceResult, type Seal } from './do-once.ts';
import { fingerprintForm } from './fingerprint.ts';

export interface UploadOnce extends OnceRequest {
  readonly files: FileStore;
  /** Where the file comes to lie. */
  readonly fileKey: string;
  /** Another part that may hold a file. */
  readonly second?: { readonly field: string; readonly key: string };
  /** Of one file; 0: no limit. */
  readonly maxBytes: number;
  /** As `create` of `doOnce`. The files stay in the store unless this throws an AppError. */
  create(upload: ReceivedUpload, seal: Seal): Promise<string>;
}

/** `doOnce` for a resource that is made of an uploaded file. Throws what it and `receiveUpload` throw. */
export function uploadOnce({
  files,
  fileKey,
  second,
  maxBytes,
  create,
  ...once
}: UploadOnce): Promise<OnceResult> {
  return doOnce(once, {
    async receive(purpose) {
      const store = purpose === 'create' ? files : hashOnly;
      const upload = await receiveUpload(once.request, {
        files: store,
        key: fileKey,
        maxBytes,
        ...(second && { second }),
      });
      return { ...upload, fingerprint: fingerprintForm(upload) };
    },
    async create(upload, seal) {
      try {
        return await create(upload, seal);
      } catch (error) {
        // After any other error nobody knows whether the resource was committed; a file without one is swept later.
        if (error instanceof AppError) {
          await files.delete(fileKey);
          if (upload.second) await files.delete(upload.second.key);
        }
        throw error;
      }
    },
  });
}
