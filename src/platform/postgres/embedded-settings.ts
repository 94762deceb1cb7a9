/** Nothing that is confirmed may be lost, whatever else is tuned. */
const DURABLE = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };

/** For databases that only a test needs: what is committed survives a kill of every process, not of the machine. */
const THROWAWAY = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'on' };

/** Few large loads and many small reads on a small machine that runs our process as well. */
const TUNED = {
  max_connections: '100',
  shared_buffers: '192MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  // A checkpoint in the middle of a load writes every page twice.
  max_wal_size: '4GB',
  min_wal_size: '256MB',
  wal_buffers: '16MB',
  checkpoint_timeout: '15min',
  // The build has no lz4, and pglz costs more time than the bytes it saves.
  wal_compression: 'off',
  random_page_cost: '1.1',
  jit: 'off',
  shared_preload_libraries: 'pg_stat_statements',
  password_encryption: 'scram-sha-256',
  log_timezone: 'UTC',
  timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%a ',
  // Details of an error hold the values of rows, and those may be personal data.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

/** The server's settings; given on its command line, so that nothing in the data folder overrides them. */
export function serverSettings(durable: boolean): Readonly<Record<string, string>> {
  return { ...TUNED, ...(durable ? DURABLE : THROWAWAY) };
}
