import { startEmbedded } from '#platform/postgres/embedded.ts';
import { silentLog } from './postgres-server.ts';

/**
 * A process that owns an embedded server until it is killed; for `fork`. It reports what it started, or why not.
 * Arguments: the data folder.
 */
const [dataDir = ''] = process.argv.slice(2);
try {
  const { url, pid } = await startEmbedded({ dataDir, log: silentLog, throwaway: true });
  process.send?.({ url, pid });
} catch (error) {
  process.send?.({ code: (error as { code?: string }).code, message: (error as Error).message });
  process.disconnect();
}
