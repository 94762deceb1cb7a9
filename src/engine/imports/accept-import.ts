import { AppError } from '#platform/errors.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import type { ReceivedUpload } from '#platform/http/receive-upload.ts';
import { randomToken } from '#platform/ids.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { checkUrl, type UrlRules } from '../fetching/url-guard.ts';
import type { Seal } from '../idempotency/do-once.ts';
import type { ReadDependencies } from './import-file.ts';
import type { ImportRequest } from './import-form.ts';
import type { NewImport } from './import-job.query.ts';
import { DEFAULT_IMPORT_OPTIONS, type ImportOptions } from './import-options.ts';
import { fieldFinder } from './map-columns.ts';
import { openImport } from './open-import.ts';
import type { Resource } from './resource.ts';
import { startImport } from './start-import.ts';
import { findVisibleImport } from './visible-import.ts';

export interface AcceptDependencies extends ReadDependencies {
  readonly pool: Pool;
  readonly resources: readonly Resource[];
  /** What may be fetched. */
  readonly sourceRules: UrlRules;
  /** What may be told about the end. */
  readonly callbackRules: UrlRules;
}

/** Where the records come from. */
type Records = { readonly upload: Omit<ReceivedUpload, 'fields'> } | { readonly url: string };

export interface NewImportRequest {
  readonly id: string;
  readonly records: Records;
  readonly about: ImportRequest;
  readonly caller: Caller;
  readonly seal: Seal;
}

/**
 * Makes an import and its job; an upload is looked at first. Answers the secret that signs the message to
 * `callback_url`, which is not shown again.
 * Throws AppError unprocessable: parent_unknown, parent_mismatch, after_unknown, invalid_mapping, url_not_allowed, and
 * what `openImport` throws.
 */
export async function acceptImport(
  dependencies: AcceptDependencies,
  { id, records, about, caller, seal }: NewImportRequest,
): Promise<{ readonly callbackSecret: string | null }> {
  const { pool } = dependencies;
  const resource = resourceOf(dependencies, about);
  await requireRelations(dependencies, about, caller);
  await lookAt(dependencies, id, records, about, resource);
  const row = newImport({ id, resource, records, about, caller });
  await pool.transaction(async (tx) => {
    await startImport(tx, row);
    await seal(tx, id);
  });
  return row;
}

/** The row of an import, with a secret of its own where somebody is to be told about its end. */
export function newImport({
  id,
  resource,
  records,
  about,
  caller,
}: Omit<NewImportRequest, 'seal'> & { readonly resource: Resource }): NewImport {
  const callbackUrl = about.callback_url ?? null;
  return {
    id,
    resourceType: resource.name,
    format: about.format ?? null,
    ...sourceOf(records),
    options: optionsOf(about),
    parentId: about.parent_id ?? null,
    afterId: about.after ?? null,
    callbackUrl,
    callbackSecret: callbackUrl === null ? null : randomToken(32),
    createdBy: caller.keyId,
  };
}

function resourceOf({ resources }: AcceptDependencies, about: ImportRequest): Resource {
  // The schema lets no other name pass.
  return resources.find(({ name }) => name === about.resource_type) as Resource;
}

/** Throws AppError for other imports that are not there, and for a callback that may not be told. */
export async function requireRelations(
  { pool: db, callbackRules }: AcceptDependencies,
  about: ImportRequest,
  caller: Caller,
): Promise<void> {
  const { parent_id: parentId, after, callback_url: callbackUrl } = about;
  if (callbackUrl !== undefined) checkUrl(callbackUrl, callbackRules);
  if (after !== undefined && !(await findVisibleImport(db, after, caller))) {
    throw unknownImport('after_unknown', 'after', after);
  }
  if (parentId === undefined) return;
  const parent = await findVisibleImport(db, parentId, caller);
  if (!parent) throw unknownImport('parent_unknown', 'parent_id', parentId);
  if (parent.resource_type === about.resource_type) return;
  const message = `Import ${parentId} was one of ${parent.resource_type}, this one is of ${about.resource_type}.`;
  throw new AppError('unprocessable', 'parent_mismatch', message);
}

/** Throws what an upload is refused for at once; one that has yet to be fetched is looked at by its job. */
export async function lookAt(
  dependencies: AcceptDependencies,
  id: string,
  records: Records,
  about: ImportRequest,
  resource: Resource,
): Promise<void> {
  const { format = null, mapping = null } = about;
  if ('url' in records) {
    checkUrl(records.url, dependencies.sourceRules);
    fieldFinder(resource, mapping);
    return;
  }
  const { key: fileKey, filename } = records.upload;
  const opened = await openImport(dependencies, { id, fileKey, filename, format, mapping }, resource);
  await opened.close();
}

function sourceOf(
  records: Records,
): Pick<NewImport, 'filename' | 'sourceUrl' | 'fileKey' | 'fileSize' | 'checksum'> {
  if ('url' in records) {
    return { filename: null, sourceUrl: records.url, fileKey: null, fileSize: null, checksum: null };
  }
  const { filename, key, size, sha256 } = records.upload;
  return { filename, sourceUrl: null, fileKey: key, fileSize: size, checksum: sha256 };
}

function optionsOf(about: ImportRequest): ImportOptions {
  const { mode, on_conflict, mapping, dry_run, max_errors, max_error_ratio } = about;
  const given = { mode, on_conflict, mapping, dry_run, max_errors, max_error_ratio };
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_IMPORT_OPTIONS, ...Object.fromEntries(said) };
}

function unknownImport(code: string, field: string, id: string): AppError {
  const message = `There is no import ${id}. GET /v1/imports lists yours.`;
  return new AppError('unprocessable', code, message, [{ field, message: 'no such import' }]);
}
