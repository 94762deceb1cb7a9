import { copyFileSync, statSync, truncateSync } from 'node:fs';

const MAX_BYTES = 10 * 1024 * 1024;
const CHECK_MS = 60_000;

/** Keeps at most two files of `MAX_BYTES`: `file` and `file.1`. The returned function stops the watch. */
export function keepLogSmall(file: string): () => void {
  rotate(file);
  const timer = setInterval(() => rotate(file), CHECK_MS).unref();
  return () => clearInterval(timer);
}

/** The server keeps the file open for appending, so it is emptied in place. */
export function rotate(file: string, maxBytes = MAX_BYTES): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= maxBytes) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}
