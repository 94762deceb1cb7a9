import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { prettyFactory } from 'pino-pretty';

export type Logger = PinoLogger;

type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

interface LogOptions {
  readonly level: LogLevel;
  /** json: one object a line, for machines; text: for people. */
  readonly format: 'json' | 'text';
  /** Where lines go; standard output unless given. */
  readonly destination?: DestinationStream;
}

/** Their values are replaced in a logged object and in the objects right inside it. */
const SECRETS = ['authorization', 'cookie', 'password', 'secret', 'token', 'key'];

export function createLogger({ level, format, destination }: LogOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: {
        paths: [
          ...SECRETS.flatMap((name) => [name, `*.${name}`]),
          '*.headers.authorization',
          '*.headers.cookie',
        ],
        censor: '[hidden]',
      },
    },
    format === 'text'
      ? prettyStream(destination)
      : (destination ?? pino.destination({ dest: 1, sync: false })),
  );
}

function prettyStream(destination: DestinationStream = process.stdout): DestinationStream {
  const colorize = destination === process.stdout && process.stdout.isTTY;
  const pretty = prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l' });
  return {
    write(line) {
      destination.write(pretty(line));
    },
  };
}

interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
}

/** Named fields only: an error of PostgreSQL also carries `detail`, which quotes the values of a row. */
function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code, stack, cause } = error as NodeJS.ErrnoException;
  return {
    type: error.constructor.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}
