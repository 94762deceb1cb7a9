import { AppError } from '#platform/errors.ts';

export function emptyFile(what: string): AppError {
  return new AppError('unprocessable', 'empty_file', `${what} is empty. Send a file with content.`);
}

export function archiveDamaged(reason: string, cause?: unknown): AppError {
  const message = `The archive cannot be read: ${reason}. Pack it again and repeat the upload.`;
  return new AppError('unprocessable', 'archive_damaged', message, undefined, { cause });
}

export function archiveEncrypted(entry: string | null): AppError {
  const what = entry === null ? 'The archive' : `"${entry}" in the archive`;
  const message = `${what} is encrypted. Pack it without a password.`;
  return new AppError('unprocessable', 'archive_encrypted', message, { entry });
}

export function archiveNested(entry: string, what: string): AppError {
  const message = `"${entry}" is ${what} inside an archive. Unpack it and put its files into one archive.`;
  return new AppError('unprocessable', 'archive_nested', message, { entry });
}

/** `limit` is the setting that was exceeded. */
export function archiveLimit(reason: string, limit: string, allowed: number): AppError {
  const message = `${reason}; at most ${allowed} is allowed (${limit}). Split the upload.`;
  return new AppError('unprocessable', 'archive_limit', message, { limit, allowed });
}

export function compressionError(entry: string, reason: string, cause?: unknown): AppError {
  const message = `"${entry}" is damaged: ${reason}. Pack it again and repeat the upload.`;
  return new AppError('unprocessable', 'compression_error', message, { entry }, { cause });
}

export function formatUnsupported(message: string, format: string): AppError {
  return new AppError('unsupported_type', 'format_unsupported', message, { format });
}

export function workbookEncrypted(name: string): AppError {
  const message = `The workbook "${name}" is protected by a password. Save it without one.`;
  return new AppError('unprocessable', 'archive_encrypted', message, { entry: name });
}

export function workbookDamaged(name: string, reason: string, cause?: unknown): AppError {
  const message = `The workbook "${name}" cannot be read: ${reason}. Save it again, or save its sheet as CSV (UTF-8).`;
  return new AppError('unprocessable', 'workbook_damaged', message, { entry: name }, { cause });
}

export function workbookTooLarge(name: string, reason: string): AppError {
  const message = `The workbook "${name}" is too large: ${reason}. Split it, or save its sheets as CSV (UTF-8).`;
  return new AppError('unprocessable', 'workbook_too_large', message, { entry: name });
}

export function notWorkbook(name: string): AppError {
  const message = `"${name}" is an office document but not a workbook. Send its table as CSV (UTF-8).`;
  return formatUnsupported(message, 'document');
}
