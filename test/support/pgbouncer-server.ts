import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { serverAccount } from '#platform/postgres/embedded-account.ts';
import { freePort } from '#platform/postgres/embedded-port.ts';
import { startDaemon } from './daemon.ts';

const PROGRAM = '/usr/sbin/pgbouncer';
const READY_WITHIN_MS = 10_000;

/** Why there can be no PgBouncer here; undefined where there can be one. */
export const WITHOUT_PGBOUNCER = existsSync(PROGRAM)
  ? undefined
  : 'PgBouncer is not installed: scripts/services/install.sh, as root';

export interface PgBouncer {
  /** The address of the server, through the pooler. */
  readonly url: string;
  /** What `SHOW …` on its console answers. */
  show(what: string): Promise<Record<string, string>[]>;
  /** The server processes that its clients share. */
  backends(): Promise<number[]>;
  /** What it wrote last. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * PgBouncer in transaction mode before the server of `serverUrl`, for all of its databases. Transactions go to its
 * connections in turn, so that hardly any client meets the same one twice.
 */
export async function startPgBouncer(serverUrl: string, { poolSize = 10 } = {}): Promise<PgBouncer> {
  const target = new URL(serverUrl);
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-test-pgbouncer-'));
  const port = await freePort();
  const user = decodeURIComponent(target.username);
  const files: Record<string, string> = {
    'pgbouncer.ini': configuration(target, { folder, port, user, poolSize }),
    'users.txt': `"${user}" "${decodeURIComponent(target.password)}"\n`,
  };
  // It refuses to run as root.
  const account = serverAccount(folder);
  chmodSync(folder, 0o711);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    if (account) chownSync(path, account.uid, account.gid);
  }
  const daemon = startDaemon(PROGRAM, [join(folder, 'pgbouncer.ini')], { cwd: folder, ...account });
  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const pooler: PgBouncer = {
    url: url.href,
    async show(what) {
      const console = new URL(url);
      console.pathname = '/pgbouncer';
      const client = new Client({ connectionString: console.href });
      await client.connect();
      try {
        return (await client.query<Record<string, string>>(`SHOW ${what}`)).rows;
      } finally {
        await client.end();
      }
    },
    backends: async () => (await pooler.show('SERVERS')).map(({ remote_pid: pid }) => Number(pid)),
    output: () => daemon.output(),
    async stop() {
      await daemon.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      await pooler.show('VERSION');
      return pooler;
    } catch (error) {
      if (!daemon.hasEnded() && performance.now() < deadline) {
        await delay(25);
        continue;
      }
      await pooler.stop();
      throw new Error(`PgBouncer did not start: ${daemon.output()}`, { cause: error });
    }
  }
}

function configuration(
  target: URL,
  { folder, port, user, poolSize }: { folder: string; port: number; user: string; poolSize: number },
): string {
  return `[databases]
* = host=${target.hostname} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${folder}/users.txt
admin_users = ${user}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
server_round_robin = 1
server_idle_timeout = 20
log_connections = 0
log_disconnections = 0
`;
}
