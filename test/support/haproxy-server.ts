import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '#platform/postgres/embedded-port.ts';
import { startDaemon } from './daemon.ts';

const PROGRAM = '/usr/sbin/haproxy';
const READY_WITHIN_MS = 10_000;

/** Why there can be no HAProxy here; undefined where there can be one. */
export const WITHOUT_HAPROXY = existsSync(PROGRAM)
  ? undefined
  : 'HAProxy is not installed: scripts/services/install.sh, as root';

/** What answers say about the server that they come from. */
export const SERVED_BY = 'x-served-by';

export interface HaProxy {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * HAProxy before the servers of these addresses: in turn, whoever asks, without cookies. `/ready` says who is asked.
 * A request that met no server, or one that had just closed, goes to the next; a POST only if its key makes two of
 * them one, and if all of it has come (the first 16 KB are waited for). The servers are called `0`, `1`, … in the header `x-served-by`.
 */
export async function startHaProxy(servers: readonly string[]): Promise<HaProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-test-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  const port = await freePort();
  writeFileSync(file, configuration(port, servers));
  const daemon = startDaemon(PROGRAM, ['-db', '-f', file]);
  const proxy: HaProxy = {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await daemon.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await answers(`${proxy.url}/ready`))) {
    if (!daemon.hasEnded() && performance.now() < deadline) {
      await delay(25);
      continue;
    }
    await proxy.stop();
    throw new Error(`HAProxy did not start: ${daemon.output()}`);
  }
  return proxy;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function configuration(port: number, servers: readonly string[]): string {
  const lines = servers.map(
    (url, at) => `  server ${at} ${new URL(url).host} check inter 200ms fall 2 rise 1`,
  );
  return `global
  maxconn 1000
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout check 5s
  timeout server 60s
  option http-server-close
  option http-buffer-request
frontend all
  bind 127.0.0.1:${port}
  default_backend api
backend api
  balance roundrobin
  option httpchk GET /ready
  http-check expect status 200
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response
  http-request disable-l7-retry if METH_POST !{ req.hdr(idempotency-key) -m found }
  http-response set-header ${SERVED_BY} %s
${lines.join('\n')}
`;
}
