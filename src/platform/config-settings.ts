export interface Setting {
  readonly name: string;
  /** As it would be written; undefined: nothing. */
  readonly default?: string;
  readonly meaning: string;
  /** An example for `.env.example` where there is no default. */
  readonly example?: string;
  /** Never repeated in a message. */
  readonly secret?: true;
}

interface SettingsSection {
  readonly title: string;
  readonly settings: readonly Setting[];
}

/** Every setting that acts. The configuration page and `.env.example` are written from here. */
export const SECTIONS = [
  {
    title: 'Database',
    settings: [
      {
        name: 'DATABASE_URL',
        meaning:
          'PostgreSQL 15 or later; without it an embedded PostgreSQL 18 runs. `sslmode` disable, require or verify-full and `sslrootcert` act',
        example: 'postgres://affirm:secret@localhost:5432/affirm',
        secret: true,
      },
      { name: 'DB_HOST', meaning: 'The database in parts, where `DATABASE_URL` is absent' },
      { name: 'DB_PORT', default: '5432', meaning: 'With `DB_HOST`' },
      { name: 'DB_NAME', meaning: 'With `DB_HOST`' },
      { name: 'DB_USER', meaning: 'With `DB_HOST`' },
      { name: 'DB_PASSWORD', meaning: 'With `DB_HOST`', secret: true },
      {
        name: 'DATABASE_DIRECT_URL',
        meaning:
          'The server itself, needed where `DATABASE_URL` is a pooler in transaction mode such as PgBouncer: for LISTEN, migrations, jobs and streamed exports',
        secret: true,
      },
      {
        name: 'DATABASE_READ_URL',
        meaning:
          'Streaming standbys of `DATABASE_URL`, comma-separated, for questions about published numbers; where they lag or fail, the primary answers',
        example: 'postgres://affirm:secret@standby:5432/affirm',
        secret: true,
      },
      { name: 'DATABASE_MAX_CONNECTIONS', default: '20', meaning: 'Connections of one process' },
      { name: 'DATABASE_MAX_IDLE', default: '10', meaning: 'Idle connections that are kept' },
      { name: 'DATABASE_CONN_MAX_LIFETIME', default: '1h', meaning: 'A connection is renewed after this' },
      {
        name: 'DATABASE_CONN_MAX_IDLE_TIME',
        default: '10m',
        meaning: 'An idle connection is closed after this',
      },
      {
        name: 'SLOW_QUERY',
        default: '1s',
        meaning: 'Slower statements are logged by name, never with values',
      },
    ],
  },
  {
    title: 'Data and files',
    settings: [
      { name: 'DATA_DIR', default: './data', meaning: 'Embedded database, files, `admin-key`' },
      {
        name: 'STORAGE_TYPE',
        default: 'local',
        meaning: 'Where files are kept: `local` in a folder, `s3` in a bucket',
      },
      {
        name: 'STORAGE_PATH',
        meaning: 'Folder of the files; `$DATA_DIR/files` unless given; not used with `s3`',
      },
      { name: 'S3_BUCKET', meaning: 'With `STORAGE_TYPE=s3`; it has to be there', example: 'affirm-name' },
      {
        name: 'S3_REGION',
        meaning: 'What the SDK finds (`AWS_REGION`, a profile) unless given; any will do with `S3_ENDPOINT`',
      },
      {
        name: 'S3_ENDPOINT',
        meaning: 'Another server than that of AWS',
        example: 'https://s3.internal:9000',
        secret: true,
      },
      {
        name: 'AWS_ACCESS_KEY_ID',
        meaning: 'Without it the SDK looks for credentials: profiles, web identity, the role of the machine',
      },
      { name: 'AWS_SECRET_ACCESS_KEY', meaning: 'With `AWS_ACCESS_KEY_ID`', secret: true },
      { name: 'AWS_SESSION_TOKEN', meaning: 'With keys that expire', secret: true },
      {
        name: 'S3_FORCE_PATH_STYLE',
        meaning: '`endpoint/bucket` in place of `bucket.endpoint`; true with `S3_ENDPOINT` unless given',
      },
      {
        name: 'S3_SSE',
        meaning: 'Encryption asked for: AES256, aws:kms or aws:kms:dsse; else that of the bucket',
      },
      {
        name: 'S3_CHECKSUMS',
        default: 'required',
        meaning: '`supported` adds a CRC32 to all that is sent and read, which older servers refuse',
      },
      {
        name: 'S3_PRESIGNED_DOWNLOADS',
        default: 'true',
        meaning: 'Clients fetch files from S3 itself, by links that expire; false where they cannot reach it',
      },
      { name: 'SAMPLES', default: 'true', meaning: 'Load `samples/` into an empty embedded database' },
      { name: 'SLICE_CACHE_BYTES', default: '256MiB', meaning: 'Memory for the read model of the lists' },
    ],
  },
  {
    title: 'Server',
    settings: [
      { name: 'SERVER_PORT', default: '8080', meaning: '`PORT` is an alias, `:8080` is understood' },
      { name: 'PORT', meaning: 'Alias of `SERVER_PORT`' },
      {
        name: 'SERVER_HOST',
        meaning: 'Address to listen on; 127.0.0.1 with the embedded database, else 0.0.0.0',
      },
      {
        name: 'SERVER_READ_TIMEOUT',
        default: '30s',
        meaning: 'For the headers of a request, and for silence between bytes of its body',
      },
      {
        name: 'SERVER_WRITE_TIMEOUT',
        default: '30s',
        meaning: 'For silence between writes of an answer; a long export lives as long as bytes move',
      },
      { name: 'SERVER_IDLE_TIMEOUT', default: '120s', meaning: 'A kept-alive connection without requests' },
      {
        name: 'SHUTDOWN_DELAY',
        default: '0s',
        meaning:
          'How long after SIGTERM requests are still taken while `/ready` says 503, for load balancers to notice',
      },
      { name: 'SERVER_MAX_HEADER_BYTES', default: '1048576', meaning: 'All headers of a request together' },
      {
        name: 'CORS_ALLOWED_ORIGINS',
        meaning: 'Origins whose pages may call the API, comma-separated, or `*`',
      },
      {
        name: 'CORS_ALLOWED_METHODS',
        default: 'GET,POST,PUT,PATCH,DELETE,OPTIONS',
        meaning: 'For these origins',
      },
      {
        name: 'CORS_ALLOWED_HEADERS',
        default: 'Authorization,Content-Type,Idempotency-Key,If-None-Match,Range,Last-Event-ID',
        meaning: 'For these origins',
      },
      {
        name: 'CORS_MAX_AGE',
        default: '86400',
        meaning: 'Seconds that a browser may remember the three above',
      },
    ],
  },
  {
    title: 'Access',
    settings: [
      {
        name: 'PUBLIC_READ',
        default: 'true',
        meaning: 'Published statistics and their metadata without a key; nothing else ever',
      },
      {
        name: 'BOOTSTRAP_ADMIN_KEY',
        meaning:
          'An admin key that is made at start: `ak_`, 8 letters or digits, `_`, 43 base64url characters; a changed value revokes the former one',
        secret: true,
      },
      {
        name: 'API_KEY_HASH_COST',
        meaning: 'Known and ignored: keys carry 256 random bits and are stored as SHA-256',
      },
    ],
  },
  {
    title: 'Uploads',
    settings: [
      { name: 'MAX_UPLOAD_BYTES', default: '1GiB', meaning: 'Of one HTTP upload; 0 = no limit' },
      { name: 'MAX_LINE_BYTES', default: '16MiB', meaning: 'Of one record' },
      { name: 'MAX_COLUMNS', default: '4096', meaning: 'Of one record' },
      { name: 'MAX_ARCHIVE_ENTRIES', default: '10000', meaning: 'Files inside one archive' },
      { name: 'MAX_PRODUCED_BYTES', default: '8GiB', meaning: 'What one upload may unpack to' },
      { name: 'MAX_ARCHIVE_RATIO', default: '200', meaning: 'Unpacked bytes for each packed one' },
      {
        name: 'IMPORT_BATCH_SIZE',
        default: '50000',
        meaning:
          'Records that an import of content stores in one transaction; the report is the same for any value',
      },
      {
        name: 'MAX_PLAIN_PASSWORDS',
        default: '10000',
        meaning: 'Plain text passwords of one import of users; hashing them is slow on purpose',
      },
    ],
  },
  {
    title: 'Outgoing requests',
    settings: [
      {
        name: 'URL_IMPORT_ALLOWED_HOSTS',
        meaning:
          'Hosts whose files may be imported although they are private: `host` for ports 80 and 443, `host:port` for another; comma-separated',
        example: 'files.internal,10.0.0.5:9000',
      },
      {
        name: 'WEBHOOK_ALLOWED_HOSTS',
        meaning: 'The same for messages about ended jobs',
        example: 'hooks.internal:8080',
      },
    ],
  },
  {
    title: 'Jobs',
    settings: [
      { name: 'WORKER_CONCURRENCY', default: '4', meaning: 'Jobs at a time; 0 = API alone' },
      {
        name: 'METRICS_PORT',
        default: '9090',
        meaning: 'Where a `worker` process answers `/health` and `/ready`; on 127.0.0.1, or on `SERVER_HOST`',
      },
      { name: 'WORKER_POLL_INTERVAL', default: '5s', meaning: 'How often workers look without being woken' },
      {
        name: 'QUEUE_URL',
        meaning:
          'RabbitMQ, which wakes the workers instead of LISTEN: `amqp` or `amqps`; its path is the virtual host, one for each installation',
        example: 'amqp://affirm:secret@localhost:5672/affirm',
        secret: true,
      },
      { name: 'WORKER_MAX_RETRIES', default: '3', meaning: 'Attempts that a job has' },
      {
        name: 'JOB_LEASE',
        default: '30s',
        meaning: 'A job whose worker is silent for so long is taken over',
      },
      { name: 'JOB_TIMEOUT', default: '60m', meaning: 'Longest run of a job' },
      { name: 'JOB_STALL_TIMEOUT', default: '5m', meaning: 'Longest run without progress' },
      { name: 'JOB_RETRY_WINDOW', default: '30m', meaning: 'How long an outage is waited out' },
    ],
  },
  {
    title: 'Retention',
    settings: [
      { name: 'EXPORT_RETENTION', default: '7d', meaning: 'How long the file of an export can be fetched' },
      {
        name: 'RESULT_RETENTION',
        default: '7d',
        meaning: 'How long the result of a task can be fetched, and a task that failed be tried again',
      },
      {
        name: 'IDEMPOTENCY_RETENTION',
        default: '72h',
        meaning: 'How long it is remembered what a request with an `Idempotency-Key` made',
      },
    ],
  },
  {
    title: 'Logs',
    settings: [
      { name: 'LOG_LEVEL', default: 'info', meaning: 'fatal, error, warn, info, debug, trace or silent' },
      {
        name: 'LOG_FORMAT',
        default: 'json',
        meaning: 'json for machines, text for people; text is the default on a terminal',
      },
    ],
  },
  {
    title: 'Command line',
    settings: [
      {
        name: 'AFFIRM_NAME_URL',
        meaning: 'The server that `affirm-name` talks to; the local one unless given',
        example: 'https://names.example.org',
      },
      { name: 'AFFIRM_NAME_KEY', meaning: 'Its key there; the local admin key unless given', secret: true },
    ],
  },
] as const satisfies readonly SettingsSection[];

export type SettingName = (typeof SECTIONS)[number]['settings'][number]['name'];

export const SETTINGS: readonly Setting[] = SECTIONS.flatMap(({ settings }): readonly Setting[] => settings);

/** Settings of the plan that nothing acts on yet; giving one refuses the start, unless it asks for what is so anyway. */
export const UNBUILT: readonly { readonly name: string; readonly harmless?: string }[] = [
  { name: 'JWT_SECRET' },
  { name: 'JWT_EXPIRY' },
  { name: 'RATE_LIMIT_PUBLIC', harmless: '0' },
  { name: 'RATE_LIMIT_ADMIN', harmless: '0' },
  { name: 'METRICS_ENABLED', harmless: 'false' },
  { name: 'JOB_RETENTION' },
];
