import { AppError } from '#platform/errors.ts';
import type { HttpServer } from '#platform/http/server.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** The setting that names the port, for the error. */
  readonly setting: 'SERVER_PORT' | 'METRICS_PORT';
  /** What the log says before the address. */
  readonly text: string;
}

/** Answers the address. Throws AppError `port_unavailable`, then the server is closed. */
export async function listen(app: HttpServer, options: ListenOptions): Promise<string> {
  const { host, port, text } = options;
  try {
    return await app.listen({ host, port, listenTextResolver: (address) => `${text} ${address}` });
  } catch (error) {
    await app.close();
    const { code } = error as NodeJS.ErrnoException;
    const advice = adviceFor(code, options);
    if (advice === undefined) throw error;
    throw new AppError('unavailable', 'port_unavailable', advice, { host, port });
  }
}

function adviceFor(code: string | undefined, { host, port, setting }: ListenOptions): string | undefined {
  const other = `choose another port: ${setting}=${port + 1}`;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use by another program. Stop that program, or ${other}.`;
    case 'EACCES':
      return `Port ${port} on ${host} may not be used by this user; ${other}.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${host}. Set SERVER_HOST to one that it has.`;
    default:
      return undefined;
  }
}
