import { parseEnv } from 'node:util';
import { readDatabaseUrls, type DatabaseUrls } from './config-database.ts';
import { createSettingsReader, type SettingsReader, textOf, type Variables } from './config-reader.ts';
import { UNBUILT } from './config-settings.ts';
import { readStorage, type StorageConfig } from './config-storage.ts';

export interface Config {
  readonly database: DatabaseUrls & {
    readonly maxConnections: number;
    readonly maxIdle: number;
    readonly maxLifetimeMs: number;
    readonly maxIdleTimeMs: number;
    readonly slowQueryMs: number;
  };
  readonly dataDir: string;
  readonly storage: StorageConfig;
  readonly samples: boolean;
  readonly sliceCacheBytes: number;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly readTimeoutMs: number;
    readonly writeTimeoutMs: number;
    readonly idleTimeoutMs: number;
    readonly shutdownDelayMs: number;
    readonly maxHeaderBytes: number;
    readonly cors: {
      readonly origins: readonly string[];
      readonly methods: readonly string[];
      readonly headers: readonly string[];
      readonly maxAgeSeconds: number;
    };
  };
  readonly access: { readonly publicRead: boolean; readonly bootstrapAdminKey: string | undefined };
  readonly uploads: {
    /** 0 = no limit. */
    readonly maxUploadBytes: number;
    readonly maxLineBytes: number;
    readonly maxColumns: number;
    readonly maxArchiveEntries: number;
    readonly maxProducedBytes: number;
    readonly maxArchiveRatio: number;
    readonly maxPlainPasswords: number;
    readonly importBatchSize: number;
  };
  readonly worker: {
    readonly concurrency: number;
    readonly pollIntervalMs: number;
    readonly maxAttempts: number;
    /** Where a process of workers alone answers for itself. */
    readonly healthHost: string;
    readonly healthPort: number;
  };
  readonly jobs: {
    readonly leaseMs: number;
    readonly timeoutMs: number;
    readonly stallTimeoutMs: number;
    readonly retryWindowMs: number;
    /** The broker that wakes the workers; undefined: PostgreSQL does. */
    readonly queueUrl: string | undefined;
  };
  /** Hosts that may be private, as `host` or `host:port`. */
  readonly outgoing: { readonly importHosts: readonly string[]; readonly webhookHosts: readonly string[] };
  readonly retention: {
    readonly exportMs: number;
    readonly resultMs: number;
    readonly idempotencyMs: number;
  };
  readonly log: { readonly level: (typeof LOG_LEVELS)[number]; readonly format: 'json' | 'text' };
  readonly client: { readonly url: string | undefined; readonly key: string | undefined };
  /** To be logged once at start. */
  readonly warnings: readonly string[];
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const ADMIN_KEY = /^ak_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}$/;

/** Says all that is wrong with the settings, a line each; never a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The settings are not right:', ...problems].join('\n  '));
    this.problems = problems;
  }
}

/** The environment with a `.env` file under it: what is set in the real environment wins. */
export function readEnvironment(env: Variables, dotenvText: string): Variables {
  return { ...parseEnv(dotenvText), ...env };
}

/** All settings, or a ConfigError that names every wrong one. Called by `bin/`; other modules get the part they need. */
export function loadConfig(variables: Variables): Config {
  const read = createSettingsReader(variables);
  const given = (name: string): boolean => textOf(variables, name) !== undefined;
  for (const { name, harmless } of UNBUILT) {
    if (given(name) && textOf(variables, name) !== harmless) {
      read.refuse(name, 'is known but not built yet; leave it out');
    }
  }
  const urls = readDatabaseUrls(read, given);
  const config: Config = {
    database: { ...urls, ...readPool(read) },
    ...readData(read, given),
    server: readServer(read, given, urls.url === undefined),
    access: { publicRead: read.switch('PUBLIC_READ'), bootstrapAdminKey: readAdminKey(read) },
    ...readWork(read),
    outgoing: {
      importHosts: read.hosts('URL_IMPORT_ALLOWED_HOSTS'),
      webhookHosts: read.hosts('WEBHOOK_ALLOWED_HOSTS'),
    },
    retention: {
      exportMs: read.duration('EXPORT_RETENTION', 60_000),
      resultMs: read.duration('RESULT_RETENTION', 60_000),
      idempotencyMs: read.duration('IDEMPOTENCY_RETENTION', 60_000),
    },
    log: { level: read.choice('LOG_LEVEL', LOG_LEVELS), format: read.choice('LOG_FORMAT', ['json', 'text']) },
    client: { url: readServerUrl(read), key: read.text('AFFIRM_NAME_KEY') },
    warnings: given('API_KEY_HASH_COST')
      ? ['API_KEY_HASH_COST is ignored: keys carry 256 random bits and are stored as SHA-256.']
      : [],
  };
  if (read.problems.length > 0) throw new ConfigError(read.problems);
  return config;
}

function readPool(read: SettingsReader): Omit<Config['database'], keyof DatabaseUrls> {
  return {
    // One for LISTEN, one for a job, one for its heartbeat, one for the API: fewer would wait for each other.
    maxConnections: read.whole('DATABASE_MAX_CONNECTIONS', 5, 10_000),
    maxIdle: read.whole('DATABASE_MAX_IDLE', 0, 10_000),
    maxLifetimeMs: read.duration('DATABASE_CONN_MAX_LIFETIME', 1000),
    maxIdleTimeMs: read.duration('DATABASE_CONN_MAX_IDLE_TIME', 1000),
    slowQueryMs: read.duration('SLOW_QUERY', 0),
  };
}

function readData(
  read: SettingsReader,
  given: (name: string) => boolean,
): Pick<Config, 'dataDir' | 'storage' | 'samples' | 'sliceCacheBytes'> {
  const dataDir = read.text('DATA_DIR') ?? '';
  return {
    dataDir,
    storage: readStorage(read, given, dataDir),
    samples: read.switch('SAMPLES'),
    sliceCacheBytes: read.size('SLICE_CACHE_BYTES', 1024 * 1024),
  };
}

function readServer(
  read: SettingsReader,
  given: (name: string) => boolean,
  embedded: boolean,
): Config['server'] {
  return {
    host: read.text('SERVER_HOST') ?? (embedded ? '127.0.0.1' : '0.0.0.0'),
    port: readPort(read, given),
    readTimeoutMs: read.duration('SERVER_READ_TIMEOUT'),
    writeTimeoutMs: read.duration('SERVER_WRITE_TIMEOUT'),
    idleTimeoutMs: read.duration('SERVER_IDLE_TIMEOUT'),
    shutdownDelayMs: read.duration('SHUTDOWN_DELAY', 0),
    maxHeaderBytes: read.size('SERVER_MAX_HEADER_BYTES', 1024),
    cors: {
      origins: read.list('CORS_ALLOWED_ORIGINS'),
      methods: read.list('CORS_ALLOWED_METHODS'),
      headers: read.list('CORS_ALLOWED_HEADERS'),
      maxAgeSeconds: read.whole('CORS_MAX_AGE', 0, 31_536_000),
    },
  };
}

/** 0 lets the system choose one. */
function readPort(read: SettingsReader, given: (name: string) => boolean): number {
  const ports = (['SERVER_PORT', 'PORT'] as const)
    .filter(given)
    .map((name) => ({ name, port: portNumber(read, name) }));
  const [first, second] = ports;
  if (first && second && first.port !== second.port) {
    read.refuse('PORT', 'differs from SERVER_PORT, which is the same setting');
  }
  return first?.port ?? portNumber(read, 'SERVER_PORT');
}

function portNumber(read: SettingsReader, name: 'SERVER_PORT' | 'PORT' | 'METRICS_PORT'): number {
  const digits = /^:?(\d{1,5})$/.exec(read.text(name) ?? '')?.[1];
  const port = Number(digits ?? Number.NaN);
  if (port <= 65_535) return port;
  read.refuse(name, 'must be a port from 0 to 65535');
  return 0;
}

function readAdminKey(read: SettingsReader): string | undefined {
  const key = read.text('BOOTSTRAP_ADMIN_KEY');
  if (key !== undefined && !ADMIN_KEY.test(key)) {
    read.refuse('BOOTSTRAP_ADMIN_KEY', 'must be ak_, 8 letters or digits, _, 43 base64url characters');
  }
  return key;
}

function readServerUrl(read: SettingsReader): string | undefined {
  const text = read.text('AFFIRM_NAME_URL');
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  read.refuse('AFFIRM_NAME_URL', 'must be an http or https URL');
  return undefined;
}

function readQueueUrl(read: SettingsReader): string | undefined {
  const text = read.text('QUEUE_URL');
  const url = URL.parse(text ?? '');
  if (text === undefined || (/^amqps?:$/.test(url?.protocol ?? '') && url?.hostname)) return text;
  read.refuse('QUEUE_URL', 'must read amqp://user:password@host:port/virtual-host, or amqps');
  return undefined;
}

function readWork(read: SettingsReader): Pick<Config, 'uploads' | 'worker' | 'jobs'> {
  return {
    uploads: {
      maxUploadBytes: read.size('MAX_UPLOAD_BYTES'),
      maxLineBytes: read.size('MAX_LINE_BYTES', 1024),
      maxColumns: read.whole('MAX_COLUMNS', 1, 1_000_000),
      maxArchiveEntries: read.whole('MAX_ARCHIVE_ENTRIES', 1, 10_000_000),
      maxProducedBytes: read.size('MAX_PRODUCED_BYTES', 1024),
      maxArchiveRatio: read.whole('MAX_ARCHIVE_RATIO', 1, 100_000),
      importBatchSize: read.whole('IMPORT_BATCH_SIZE', 1, 1_000_000),
      maxPlainPasswords: read.whole('MAX_PLAIN_PASSWORDS', 0, 100_000_000),
    },
    worker: {
      concurrency: read.whole('WORKER_CONCURRENCY', 0, 1000),
      pollIntervalMs: read.duration('WORKER_POLL_INTERVAL', 10),
      maxAttempts: read.whole('WORKER_MAX_RETRIES', 1, 100),
      healthHost: read.text('SERVER_HOST') ?? '127.0.0.1',
      healthPort: portNumber(read, 'METRICS_PORT'),
    },
    jobs: {
      leaseMs: read.duration('JOB_LEASE', 300),
      timeoutMs: read.duration('JOB_TIMEOUT', 1000),
      stallTimeoutMs: read.duration('JOB_STALL_TIMEOUT', 1000),
      retryWindowMs: read.duration('JOB_RETRY_WINDOW', 0),
      queueUrl: readQueueUrl(read),
    },
  };
}
