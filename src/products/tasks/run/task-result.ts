import type { FileStore } from '#platform/files/file-store.ts';
import type { ResultForm, TaskResult } from '../operations/operation.ts';
import { createFileSink, type FileSink, type StoredSink } from './file-sink.ts';

/** What `tasks` takes about a file that can be fetched. */
export interface FinishedFile extends StoredSink {
  readonly extension: string;
  readonly contentType: string;
}

export interface ResultFile extends TaskResult {
  /** The whole file. Throws where an operation opened none. */
  end(): Promise<FinishedFile>;
  abort(error: unknown): Promise<void>;
}

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The result of a task under a key of its attempt. */
export function createResultFile(files: FileStore, key: string, signal: AbortSignal): ResultFile {
  let opened: { readonly form: ResultForm; readonly sink: FileSink } | undefined;
  const sinkOf = (): FileSink => {
    if (opened === undefined) throw new Error('the result was not opened');
    return opened.sink;
  };
  return {
    open(form) {
      if (opened !== undefined) throw new Error('the result was opened before');
      const { like } = form;
      const sink = createFileSink(files, key, signal);
      const encoding = like?.dialect.encoding;
      const isUtf16 = encoding === 'utf-16le' || encoding === 'utf-16be';
      opened = { form, sink: isUtf16 ? asUtf16(sink, encoding) : sink };
      if (like?.hasMark) opened.sink.write(UTF8_MARK);
    },
    write: (bytes) => sinkOf().write(bytes),
    drained: () => (opened === undefined ? Promise.resolve() : opened.sink.drained()),
    async end() {
      const stored = await sinkOf().end();
      const { extension, contentType } = (opened as { form: ResultForm }).form;
      return { ...stored, extension, contentType };
    },
    abort: (error) => opened?.sink.abort(error) ?? Promise.resolve(),
  };
}

/** UTF-8 in pieces of any size, written as UTF-16; a byte-order mark stays one. */
function asUtf16(sink: FileSink, encoding: 'utf-16le' | 'utf-16be'): FileSink {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const put = (text: string): void => {
    const units = Buffer.from(text, 'utf16le');
    sink.write(encoding === 'utf-16le' ? units : units.swap16());
  };
  return {
    ...sink,
    write: (bytes) =>
      put(decoder.decode(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, { stream: true })),
    end() {
      put(decoder.decode());
      return sink.end();
    },
  };
}
