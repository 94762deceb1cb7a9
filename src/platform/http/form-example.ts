import type { RouteExample } from './access-rule.ts';

interface ExampleFile {
  readonly filename: string;
  readonly mediaType: string;
  readonly text: string;
}

/** The example of a route that takes a form (RFC 7578): fields, then the part `file`. */
export function formExample(fields: Readonly<Record<string, string>>, file: ExampleFile): RouteExample {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--example\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const last =
    `--example\r\nContent-Disposition: form-data; name="file"; filename="${file.filename}"\r\n` +
    `Content-Type: ${file.mediaType}\r\n\r\n${file.text}\r\n--example--\r\n`;
  return {
    headers: { 'content-type': 'multipart/form-data; boundary=example' },
    body: parts.join('') + last,
  };
}
