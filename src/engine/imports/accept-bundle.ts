import { AppError } from '#platform/errors.ts';
import {
  type AcceptDependencies,
  lookAt,
  newImport,
  type NewImportRequest,
  requireRelations,
} from './accept-import.ts';
import type { ImportRequest } from './import-form.ts';
import { startImport } from './start-import.ts';
import { type BundlePart, removeParts, unpackBundle } from './unpack-bundle.ts';

/**
 * Makes an import of each file of a zip that is called after a resource; each waits for the one before it, and the
 * last has the id that was asked for and tells the caller about its end. The zip itself is not kept.
 * Throws AppError as `acceptImport` does, and unprocessable `resource_type_required`.
 */
export async function acceptBundle(
  dependencies: AcceptDependencies,
  { id, records, about, caller, seal }: NewImportRequest,
): Promise<{ readonly callbackSecret: string | null }> {
  if ('url' in records) throw new Error('an address needs a resource');
  refuseSingular(about);
  await requireRelations(dependencies, about, caller);
  const parts = await unpackBundle(dependencies, records.upload, id);
  try {
    const rows = parts.map(({ resource, upload, id: partId }, at) => {
      const after = parts[at - 1]?.id ?? about.after;
      const { callback_url, ...others } = about;
      const callback = partId === id && callback_url !== undefined ? { callback_url } : {};
      const asked: ImportRequest = { ...others, ...callback, ...(after !== undefined && { after }) };
      return newImport({ id: partId, resource, records: { upload }, about: asked, caller });
    });
    for (const part of parts) await lookAtPart(dependencies, part, about);
    // Before the commit: it may hold passwords, and nothing names it.
    await dependencies.files.delete(records.upload.key);
    await dependencies.pool.transaction(async (tx) => {
      for (const row of rows) await startImport(tx, row);
      await seal(tx, id);
    });
    return { callbackSecret: rows.at(-1)?.callbackSecret ?? null };
  } catch (error) {
    // After any other error nobody knows whether the imports were committed; files without one are swept later.
    if (error instanceof AppError) await removeParts(dependencies, parts);
    throw error;
  }
}

function lookAtPart(
  dependencies: AcceptDependencies,
  { id, resource, upload }: BundlePart,
  about: ImportRequest,
): Promise<void> {
  return lookAt(dependencies, id, { upload }, about, resource);
}

/** What can only be said of the records of one resource. */
function refuseSingular(about: ImportRequest): void {
  const said = (['mapping', 'parent_id'] as const).filter((field) => about[field] !== undefined);
  if (said.length === 0) return;
  const details = said.map((field) => ({ field, message: 'needs resource_type' }));
  throw new AppError('invalid', 'invalid_request', 'The request was not understood: see details.', details);
}
