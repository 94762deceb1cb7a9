const [LF, CR, SPACE, QUOTE, BACKSLASH, COMMA] = [0x0a, 0x0d, 0x20, 0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** What a reader of lines reports: the array is not closed. */
const CUT_OFF = Buffer.from('\n]\n');

/**
 * A JSON array as one element a line (NDJSON), in chunks of any size and the memory of one. What is no array element
 * becomes a line that is no JSON object either, so that a reader of lines refuses it. Offsets stay as they are.
 */
export async function* jsonArrayLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let isClosed = false;

  for await (const chunk of chunks) {
    // Chunks may be shared with whoever reads the same file.
    const line = Buffer.from(chunk);
    for (let at = 0; at < line.length; at++) rewrite(line, at);
    yield line;
  }
  if (!isClosed) yield CUT_OFF;

  function rewrite(line: Buffer, at: number): void {
    const byte = line[at] as number;
    if (isInString) {
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (depth++ === 0 && byte === OPEN_ARRAY && !isClosed) line[at] = SPACE;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (--depth !== 0 || byte !== CLOSE_ARRAY) return;
      line[at] = LF;
      isClosed = true;
    } else if (byte === COMMA && depth === 1) line[at] = LF;
    else if (byte === LF || byte === CR) line[at] = SPACE;
  }
}
