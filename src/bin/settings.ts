import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Config, loadConfig, readEnvironment } from '#platform/config.ts';

/**
 * The settings of this process: its environment over a `.env` in the current folder. Throws ConfigError.
 * Lines for people are the default on a terminal.
 */
export function readSettings(): Config {
  const defaults = process.stdout.isTTY ? { LOG_FORMAT: 'text' } : {};
  const config = loadConfig({ ...defaults, ...readEnvironment(process.env, dotenvText()) });
  const { dataDir, storage } = config;
  return {
    ...config,
    dataDir: resolve(dataDir),
    storage: storage.type === 'local' ? { ...storage, path: resolve(storage.path) } : storage,
  };
}

function dotenvText(): string {
  try {
    return readFileSync('.env', 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
