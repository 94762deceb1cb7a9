import type { ApiClient } from './api-client.ts';

/** Whether what stands for a file is an address, which the server fetches. */
export function isAddress(file: string): boolean {
  return /^https?:\/\//i.test(file);
}

/** Sends a body that names an address in place of a file, and gives the answer. */
export async function sendAddress<Answer>(
  api: ApiClient,
  {
    path,
    headers,
    body,
  }: { readonly path: string; readonly headers?: Record<string, string>; readonly body: object },
): Promise<Answer> {
  const response = await api.request(path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer;
}
