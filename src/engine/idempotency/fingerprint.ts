import { createHash, hash } from 'node:crypto';
import type { ReceivedUpload } from '#platform/http/receive-upload.ts';

/** SHA-256 over the parts of a form, in whatever order they came: field, file name, SHA-256 of the content. */
export function fingerprintForm(
  upload: Pick<ReceivedUpload, 'filename' | 'sha256' | 'second' | 'fields'>,
): Buffer {
  const fields = [...upload.fields].flatMap(([field, values]) =>
    values.map((value) => JSON.stringify([field, null, hash('sha256', value)])),
  );
  const { second } = upload;
  const files = [
    JSON.stringify(['file', upload.filename, upload.sha256]),
    ...(second ? [JSON.stringify(['second', second.filename, second.sha256])] : []),
  ];
  const parts = [...fields, ...files];
  return createHash('sha256').update(JSON.stringify(parts.sort())).digest();
}

/** SHA-256 of a JSON value; blanks and the order of names make no difference. */
export function fingerprintJson(value: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(value, sortNames) ?? '')
    .digest();
}

function sortNames(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
