import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServeProcess, type Settings, startServe } from '#test/support/serve-process.ts';

/** Runs `work` beside a server on an empty folder; both are gone afterwards. */
export async function withFreshServer<T>(
  work: (server: ServeProcess) => Promise<T>,
  settings: Settings = {},
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-bench-'));
  try {
    const server = await startServe(join(folder, 'data'), { LOG_LEVEL: 'info', ...settings });
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
