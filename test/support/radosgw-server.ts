import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '#platform/postgres/embedded-port.ts';
import { type Daemon, startDaemon } from './daemon.ts';

const run = promisify(execFile);
const PROGRAMS = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];
const READY_WITHIN_MS = 90_000;
const GIBIBYTE = 1024 ** 3;

/** Why there can be no S3 server here; undefined where there can be one. */
export function withoutRadosgw(): string | undefined {
  const missing = PROGRAMS.filter((name) => !existsSync(`/usr/bin/${name}`));
  if (missing.length === 0 && process.getuid?.() === 0) return undefined;
  return 'radosgw is not installed, or this user cannot start it: scripts/services/install.sh, as root';
}

/** An S3 server that keeps all in memory: Ceph's monitor, one store, its gateway. */
export interface RadosgwServer {
  readonly endpoint: string;
  readonly port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** SIGKILL to the gateway, which answers clients; what is stored stays. */
  killGateway(): Promise<void>;
  /** Starts the gateway again on the same port. */
  startGateway(): Promise<void>;
  stop(): Promise<void>;
}

interface Cluster {
  readonly folder: string;
  readonly config: string;
  readonly fsid: string;
  readonly monitorAddresses: string;
  readonly gatewayPort: number;
}

/** Starts one on free ports, in about 15 s. `memoryBytes`: how much its store takes; default 2 GiB. */
export async function startRadosgw({ memoryBytes = 2 * GIBIBYTE } = {}): Promise<RadosgwServer> {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-test-radosgw-'));
  const daemons: Daemon[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(daemons.map((daemon) => daemon.kill()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const cluster = await layOut(folder, memoryBytes);
    daemons.push(await startMonitor(cluster));
    daemons.push(await startStore(cluster));
    let gateway = await startGateway(cluster);
    daemons.push(gateway);
    const user = await createUser(cluster);
    const { gatewayPort: port } = cluster;
    return {
      endpoint: `http://127.0.0.1:${port}`,
      port,
      ...user,
      killGateway: () => gateway.kill(),
      async startGateway() {
        gateway = await startGateway(cluster);
        daemons.push(gateway);
      },
      stop,
    };
  } catch (error) {
    const said = daemons.map((daemon) => daemon.output()).join('');
    await stop();
    throw new Error(`radosgw did not start: ${(error as Error).message}\n${said}`, { cause: error });
  }
}

async function layOut(folder: string, memoryBytes: number): Promise<Cluster> {
  for (const part of ['mon', 'osd/0', 'run', 'rgw']) mkdirSync(join(folder, part), { recursive: true });
  const cluster: Cluster = {
    folder,
    config: join(folder, 'ceph.conf'),
    fsid: randomUUID(),
    monitorAddresses: `[v2:127.0.0.1:${await freePort()},v1:127.0.0.1:${await freePort()}]`,
    gatewayPort: await freePort(),
  };
  writeFileSync(cluster.config, configuration(cluster, await freePort(), memoryBytes));
  return cluster;
}

function configuration(cluster: Cluster, storePort: number, memoryBytes: number): string {
  const { folder, fsid, monitorAddresses, gatewayPort } = cluster;
  return `[global]
keyring = ${folder}/keyring
fsid = ${fsid}
mon_initial_members = a
mon_host = ${monitorAddresses}
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
public_network = 127.0.0.0/8
run_dir = ${folder}/run
admin_socket = ${folder}/run/$name.asok
log_file = ${folder}/$name.log
osd_pool_default_size = 1
osd_pool_default_min_size = 1
mon_allow_pool_size_one = true
osd_pool_default_pg_num = 2
osd_pool_default_pgp_num = 2
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_objectstore = memstore
memstore_device_bytes = ${memoryBytes}
osd_memory_target = 939524096
mon_data_avail_crit = 1
mon_data_avail_warn = 1
mon_max_pg_per_osd = 1000
ms_bind_port_min = ${storePort}
ms_bind_port_max = ${storePort + 100}
[mon.a]
mon_data = ${folder}/mon/a
[osd.0]
osd_data = ${folder}/osd/0
[client.rgw.a]
rgw_data = ${folder}/rgw
rgw_frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw_enable_usage_log = false
rgw_dynamic_resharding = false
# Lists then have pages without a thousand files.
rgw_max_listing_results = 50
# What was deleted gives its memory back within seconds.
rgw_gc_obj_min_wait = 1
rgw_gc_processor_period = 1
`;
}

async function startMonitor(cluster: Cluster): Promise<Daemon> {
  const { folder, config, fsid, monitorAddresses } = cluster;
  const [map, keyring] = [join(folder, 'monmap'), join(folder, 'keyring')];
  await run('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', monitorAddresses, map]);
  await run('ceph-authtool', [
    '--create-keyring',
    keyring,
    '--gen-key',
    '-n',
    'mon.',
    '--cap',
    'mon',
    'allow *',
  ]);
  const caps: Readonly<Record<string, readonly string[]>> = {
    'client.admin': ['mon', 'allow *', 'osd', 'allow *', 'mgr', 'allow *', 'mds', 'allow *'],
    'client.rgw.a': ['mon', 'allow rwx', 'osd', 'allow rwx'],
    'osd.0': ['mon', 'allow profile osd', 'osd', 'allow *'],
  };
  for (const [name, allowed] of Object.entries(caps)) {
    const flags = allowed.flatMap((word, at) => (at % 2 === 0 ? ['--cap', word] : [word]));
    await run('ceph-authtool', [keyring, '--gen-key', '-n', name, ...flags]);
  }
  const monitor = ['-c', config, '-i', 'a'];
  await run('ceph-mon', [...monitor, '--mkfs', '--monmap', map, '--keyring', keyring]);
  const daemon = startDaemon('ceph-mon', [...monitor, '-f']);
  await untilReady(daemon, async () => void (await ceph(cluster, 'status')));
  return daemon;
}

async function startStore(cluster: Cluster): Promise<Daemon> {
  const id = randomUUID();
  await ceph(cluster, 'osd', 'new', id);
  const store = ['-c', cluster.config, '-i', '0'];
  await run('ceph-osd', [...store, '--mkfs', '--osd-uuid', id]);
  const daemon = startDaemon('ceph-osd', [...store, '-f']);
  await untilReady(daemon, async () => {
    const said = await ceph(cluster, 'osd', 'stat');
    if (!said.includes('1 up')) throw new Error(said);
  });
  return daemon;
}

async function startGateway({ config, gatewayPort }: Cluster): Promise<Daemon> {
  const daemon = startDaemon('radosgw', ['-c', config, '-n', 'client.rgw.a', '-f']);
  await untilReady(daemon, async () => void (await fetch(`http://127.0.0.1:${gatewayPort}/`)));
  return daemon;
}

async function createUser({
  config,
}: Cluster): Promise<Pick<RadosgwServer, 'accessKeyId' | 'secretAccessKey'>> {
  const [accessKeyId, secretAccessKey] = ['TESTKEY', randomBytes(20).toString('hex')];
  const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
  const user = ['user', 'create', '--uid=test', '--display-name=test'];
  await run('radosgw-admin', ['-c', config, '-n', 'client.rgw.a', ...user, ...keys]);
  return { accessKeyId, secretAccessKey };
}

async function ceph({ config }: Cluster, ...words: string[]): Promise<string> {
  const { stdout, stderr } = await run('ceph', ['-c', config, '--connect-timeout', '5', ...words]);
  return stdout + stderr;
}

async function untilReady(daemon: Daemon, isReady: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      return await isReady();
    } catch (error) {
      if (daemon.hasEnded() || performance.now() > deadline) {
        await daemon.kill();
        throw new Error(`${daemon.output()}${(error as Error).message}`, { cause: error });
      }
      await delay(100);
    }
  }
}
