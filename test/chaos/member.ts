import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '#platform/postgres/embedded-port.ts';
import { launch, type Launched, type Settings } from '#test/support/launch.ts';

const STARTED_WITHIN_MS = 120_000;
const AGAIN_AFTER_MS = 250;
/** After which the service manager of docs/operations.md would kill it. */
const STOPPED_WITHIN_MS = 45_000;

/** A process of the product that is ended and started again, as a service manager does it. */
export interface Member {
  readonly name: string;
  readonly role: 'api' | 'worker';
  /** Where an API answers, also after a restart; '' of a worker. */
  url(): string;
  pid(): number;
  /** Starts it until it stays: one whose database is away says so and ends. */
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and what follows from it. */
  stop(): Promise<void>;
  /** What it has written since its last start. */
  output(): string;
}

export interface MemberOptions {
  readonly name: string;
  readonly role: Member['role'];
  readonly dataDir: string;
  readonly settings: Settings;
  /** Hears of an end that nobody asked for, and of one that was not in order. */
  readonly complain: (complaint: string) => void;
}

export function createMember({ name, role, dataDir, settings, complain }: MemberOptions): Member {
  const ready = role === 'api' ? /affirm-name answers at (http:[^"\s]+)/ : /worker started/;
  let launched: Launched | undefined;
  let port: number | undefined;
  let url = '';

  async function start(): Promise<void> {
    // The same after each start, and none that the system hands out while it is down.
    port ??= await freePort();
    const deadline = performance.now() + STARTED_WITHIN_MS;
    for (;;) {
      const env = { LOG_FORMAT: 'json', ...settings, SERVER_PORT: String(port) };
      const starting = launch([role === 'api' ? 'serve' : 'worker'], { dataDir, env, measured: false });
      try {
        const [, address = ''] = await starting.says(ready);
        url = address;
        launched = starting;
        watch(starting);
        return;
      } catch (error) {
        await starting.end('SIGKILL');
        if (performance.now() > deadline) throw error;
        await delay(AGAIN_AFTER_MS);
      }
    }
  }

  /** Also one that ends by itself is started again. */
  function watch(started: Launched): void {
    void started.exit.then((code) => {
      if (launched !== started) return;
      complain(`${name} ended by itself with code ${code}:\n${tail(started)}`);
      return start();
    });
  }

  /** From here on its end is no surprise. */
  function letGo(): Launched {
    if (!launched) throw new Error(`${name} does not run`);
    const leaving = launched;
    launched = undefined;
    return leaving;
  }

  return {
    name,
    role,
    url: () => url,
    pid: () => launched?.pid ?? 0,
    start,
    signal: (signal) => void (launched && process.kill(launched.pid, signal)),
    async kill() {
      await letGo().end('SIGKILL');
    },
    async stop() {
      const leaving = letGo();
      const since = performance.now();
      const code = await leaving.end('SIGTERM');
      const tookMs = performance.now() - since;
      if (code === 0 && tookMs <= STOPPED_WITHIN_MS) return;
      complain(`${name} ended with code ${code} ${Math.round(tookMs)} ms after SIGTERM:\n${tail(leaving)}`);
    },
    output: () => (launched ? launched.stdout + launched.stderr : ''),
  };
}

function tail({ stdout, stderr }: Launched): string {
  return `${stdout.slice(-3_000)}${stderr.slice(-3_000)}`;
}
