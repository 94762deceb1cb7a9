import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Value } from 'typebox/value';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import type { Operation } from '#products/tasks/operations/operation.ts';
import { type OperationEnd, runOperation } from '#products/tasks/run/run-operation.ts';
import { openTable } from '#products/tasks/table/open-table.ts';
import type { TableInput } from '#products/tasks/table/table-input.ts';

export interface RunFile {
  readonly content: string | Uint8Array;
  readonly filename?: string;
  readonly input?: TableInput;
}

export interface RunEnd extends OperationEnd {
  readonly bytes: Buffer;
  /** '' where nothing was refused. */
  readonly refused: string;
}

/** One operation over one or two files, as a task does it, without queue and server. Options get their defaults. */
export async function runOver(
  operation: Operation,
  options: Readonly<Record<string, unknown>>,
  file: RunFile,
  other?: RunFile,
): Promise<RunEnd> {
  const folder = await mkdtemp(join(tmpdir(), 'affirm-operation-'));
  const files = createLocalFileStore(join(folder, 'files'));
  const open = async (key: string, { content, filename = 'table.csv', input = {} }: RunFile) => {
    await files.write(key, Readable.from([Buffer.from(content)]));
    return openTable({ files, limits: DEFAULT_LIMITS }, { key, filename, input });
  };
  try {
    const first = await open('first', file);
    const second = other && (await open('second', other));
    try {
      const end = await runOperation({
        operation,
        options: Value.Default(operation.options, { ...options }),
        file: first,
        second,
        files,
        keys: { result: 'result', rejects: 'rejects' },
        limits: DEFAULT_LIMITS,
        scratchDir: join(folder, 'scratch'),
        signal: new AbortController().signal,
        progress: () => undefined,
      });
      const bytes = await readFile(join(folder, 'files', 'result'));
      const refused = end.rejects ? await readFile(join(folder, 'files', 'rejects'), 'utf8') : '';
      return { ...end, bytes, refused };
    } finally {
      await first.close();
      await second?.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
