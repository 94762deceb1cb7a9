import { Client, type ClientBase, type ClientConfig } from 'pg';
import { Parser } from 'pg-protocol/dist/parser.js';

const DATA_ROW = 'D'.charCodeAt(0);

/** A message of the server, as `pg` hands it around. */
interface Message {
  readonly name: string;
  readonly fields?: readonly { readonly format: string }[];
}

/** What of the parser and the connection of `pg` we reach into; a conformance test watches it. */
interface OpenParser {
  parse(buffer: Buffer, callback: (message: Message) => void): void;
  handlePacket(offset: number, code: number, length: number, bytes: Buffer): Message;
}
interface OpenConnection {
  attachListeners(stream: NodeJS.ReadableStream): void;
  emit(event: string, message: Message): void;
}

/**
 * A client of `pg` that hands the columns of a binary result over as bytes. `pg` itself decodes them as UTF-8 text,
 * which destroys them. Use it as a constructor: `new pg.Pool({ Client: BinaryClient })`.
 */
export const BinaryClient = createClient as unknown as new () => ClientBase;

function createClient(config: ClientConfig): Client {
  const client = new Client(config);
  const { connection } = client as unknown as { connection: OpenConnection };
  connection.attachListeners = (stream) => {
    const parser = createParser();
    stream.on('data', (chunk: Buffer) =>
      parser.parse(chunk, (message) =>
        connection.emit(message.name === 'error' ? 'errorMessage' : message.name, message),
      ),
    );
  };
  return client;
}

function createParser(): OpenParser {
  const parser = new Parser() as unknown as OpenParser;
  const handleOther = parser.handlePacket.bind(parser);
  let isBinary = false;
  parser.handlePacket = (offset, code, length, bytes) => {
    if (code === DATA_ROW && isBinary) return readRow(bytes.subarray(offset, offset + length - 4));
    const message = handleOther(offset, code, length, bytes);
    if (message.name === 'rowDescription') {
      isBinary = message.fields?.some(({ format }) => format === 'binary') ?? false;
    }
    return message;
  };
  return parser;
}

/** The parser's buffer is used again for what comes next, so the row is copied. */
function readRow(bytes: Buffer): Message {
  const row = Buffer.from(bytes);
  const fields: (Buffer | null)[] = [];
  const columns = row.readInt16BE(0);
  for (let column = 0, at = 2; column < columns; column++) {
    const length = row.readInt32BE(at);
    at += 4;
    fields.push(length < 0 ? null : row.subarray(at, at + length));
    at += Math.max(length, 0);
  }
  return { name: 'dataRow', length: bytes.length, fields } as unknown as Message;
}
