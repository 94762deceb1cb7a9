import { execFile, type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { freePort } from '#platform/postgres/embedded-port.ts';
import { isRunning, signal, waitForExit } from '#platform/postgres/embedded-process.ts';

const PROGRAMS = '/usr/lib/rabbitmq/bin';
const ACCOUNT = 'rabbitmq';
/** Four seconds as a rule; far more where a machine has other things to do. */
const START_WITHIN_MS = 240_000;
const EXIT_WITHIN_MS = 10_000;

/** Why there is none: the tests that need it are skipped with this reason. Undefined: it can be started. */
export const WITHOUT_RABBITMQ =
  existsSync(`${PROGRAMS}/rabbitmq-server`) && process.getuid?.() === 0
    ? undefined
    : 'RabbitMQ is not installed, or this user cannot start it: scripts/services/install.sh, as root';

export interface RabbitMqServer {
  readonly url: string;
  /** SIGKILL, as when the machine goes. */
  kill(): Promise<void>;
  /** Starts it again on what it had stored. */
  start(): Promise<void>;
  /** `rabbitmqctl`; answers what it printed. */
  control(...words: readonly string[]): Promise<string>;
  /** Kills it and its port mapper, and removes its folder. */
  remove(): Promise<void>;
}

/** A node of Debian's RabbitMQ on free ports and in a folder of its own, as the account `rabbitmq`. */
export async function startRabbitMq(): Promise<RabbitMqServer> {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-rabbitmq-'));
  const [port, epmdPort, distPort] = [await freePort(), await freePort(), await freePort()];
  const password = 'probe';
  writeFileSync(
    join(folder, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `default_user = probe`,
      `default_pass = ${password}`,
      'disk_free_limit.absolute = 50MB',
      'vm_memory_high_watermark.absolute = 512MB',
      '',
    ].join('\n'),
  );
  writeFileSync(join(folder, 'enabled_plugins'), '[].\n');
  for (const name of ['mnesia', 'log']) mkdirSync(join(folder, name));
  await giveAway(folder);
  const env = environment(folder, { epmdPort, distPort });
  const url = `amqp://probe:${password}@127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const log = openSync(join(folder, 'out'), 'a');
    child = asAccount(`${PROGRAMS}/rabbitmq-server`, [], env, log);
    await answers(url, folder);
  }

  async function kill(): Promise<void> {
    const pid = brokerPid(folder);
    if (pid !== undefined) signal(pid, 'SIGKILL');
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    if (pid !== undefined) await waitForExit(pid, EXIT_WITHIN_MS);
  }

  const killAll = (): void => {
    for (const pid of [brokerPid(folder), ...epmdPids(String(epmdPort))]) if (pid) signal(pid, 'SIGKILL');
  };
  // Also where the process ends without its hooks.
  process.once('exit', killAll);
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));

  const server: RabbitMqServer = {
    url,
    start,
    kill,
    async control(...words) {
      const run = promisify(execFile);
      const { stdout } = await run(
        'runuser',
        ['-u', ACCOUNT, '--preserve-environment', '--', `${PROGRAMS}/rabbitmqctl`, '-q', ...words],
        { env },
      );
      return stdout;
    },
    async remove() {
      await kill();
      killAll();
      process.off('exit', killAll);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await start();
    return server;
  } catch (error) {
    await server.remove();
    throw error;
  }
}

function environment(
  folder: string,
  ports: { readonly epmdPort: number; readonly distPort: number },
): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    LANG: 'C.UTF-8',
    HOME: folder,
    RABBITMQ_NODENAME: `affirm${ports.distPort}@localhost`,
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_DIST_PORT: String(ports.distPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(ports.epmdPort),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    // The machine's own settings are not ours.
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none',
  };
}

function asAccount(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  log: number,
): ChildProcess {
  return spawn('runuser', ['-u', ACCOUNT, '--preserve-environment', '--', program, ...words], {
    env,
    cwd: '/',
    stdio: ['ignore', log, log],
    detached: true,
  });
}

async function answers(url: string, folder: string): Promise<void> {
  const deadline = performance.now() + START_WITHIN_MS;
  for (;;) {
    try {
      const connection = await connect(url, { timeout: 2_000 });
      return await connection.close();
    } catch (error) {
      if (performance.now() > deadline) {
        const said = readFileSync(join(folder, 'out'), 'utf8').slice(-2_000);
        throw new Error(`RabbitMQ did not answer:\n${said}`, { cause: error });
      }
      await delay(100);
    }
  }
}

/** The process of the node; the file may be that of one that was killed. */
function brokerPid(folder: string): number | undefined {
  const file = join(folder, 'pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : Number.NaN;
  return Number.isInteger(pid) && isRunning(pid) && commandLine(pid).includes(folder) ? pid : undefined;
}

/** The port mapper is a daemon of its own, known by the port in its environment. */
function epmdPids(port: string): number[] {
  return globSync('/proc/[0-9]*')
    .map((path) => Number(path.slice('/proc/'.length)))
    .filter(
      (pid) => /(^|\/)epmd\0/.test(commandLine(pid)) && environOf(pid).includes(`ERL_EPMD_PORT=${port}`),
    );
}

function commandLine(pid: number): string {
  return readOr(`/proc/${pid}/cmdline`);
}

function environOf(pid: number): string[] {
  return readOr(`/proc/${pid}/environ`).split('\0');
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function giveAway(folder: string): Promise<void> {
  const run = promisify(execFile);
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, ACCOUNT])).stdout)),
  );
  for (const path of [folder, ...globSync(`${folder}/*`)]) chownSync(path, uid as number, gid as number);
}
