import { randomToken } from '#platform/ids.ts';
import { fileExtension, type FileForm } from './export-format.ts';

const TOKEN_BYTES = 24;

/** Where the files of exports lie; one for each attempt, of which the database names the winner. */
export const EXPORT_FILES = 'exports/';

export function exportFileKey(exportId: string, leaseToken: number): string {
  return `${EXPORT_FILES}${exportId}/${leaseToken}`;
}

/** A name that nobody guesses: `users-<32 letters>.csv.gz`. */
export function newFilename(resource: string, form: FileForm): string {
  return `${resource}-${randomToken(TOKEN_BYTES)}${fileExtension(form)}`;
}
