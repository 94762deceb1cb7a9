import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServeProcess } from './serve-process.ts';
import { uploadFile } from './stream-upload.ts';

/** A key for servers of tests, given as BOOTSTRAP_ADMIN_KEY. */
export const TEST_ADMIN_KEY = `ak_testtest_${'A'.repeat(43)}`;

const IMPORTED_WITHIN_MS = 120_000;

interface ApiAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** What clients of a running server do. */
export interface ProductApi {
  /** `body` goes as JSON. */
  send(method: string, path: string, body?: object): Promise<ApiAnswer>;
  /** The body of an answer that must be 200. */
  // oxlint-disable-next-line typescript/no-explicit-any
  get(path: string): Promise<any>;
  upload(file: string, fields?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  /** Uploads and waits until the file was read; answers the dataset, which must be completed. */
  // oxlint-disable-next-line typescript/no-explicit-any
  imported(file: string, fields?: Readonly<Record<string, string>>): Promise<any>;
  /** All slices of a dataset, page by page. */
  // oxlint-disable-next-line typescript/no-explicit-any
  slices(datasetId: string): Promise<any[]>;
}

export function productApi(server: Pick<ServeProcess, 'url' | 'key'>): ProductApi {
  const api: ProductApi = {
    async send(method, path, body) {
      const headers = {
        authorization: `Bearer ${server.key}`,
        ...(body && { 'content-type': 'application/json' }),
      };
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
      const response = await fetch(`${server.url}${path}`, init);
      return { status: response.status, body: await response.json() };
    },
    async get(path) {
      const { status, body } = await api.send('GET', path);
      assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
      return body;
    },
    upload: (file, fields = {}) =>
      uploadFile({ url: server.url, key: server.key, file, fields: { country_id: 'US', ...fields } }),
    async imported(file, fields) {
      const { status, body } = await api.upload(file, fields);
      assert.equal(status, 202, JSON.stringify(body));
      const deadline = performance.now() + IMPORTED_WITHIN_MS;
      for (;;) {
        const { data } = await api.get(`/v1/datasets/${body.data.dataset_id}`);
        if (data.status === 'completed') return data;
        assert.notEqual(data.status, 'failed', JSON.stringify(data));
        assert.ok(performance.now() < deadline, `dataset ${data.id} is still ${data.status}`);
        await delay(20);
      }
    },
    async slices(datasetId) {
      const found: unknown[] = [];
      let cursor: string | null = '';
      do {
        const page = await api.get(
          `/v1/datasets/${datasetId}/slices?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        found.push(...page.data);
        cursor = page.meta.next_cursor;
      } while (cursor !== null);
      return found;
    },
  };
  return api;
}
