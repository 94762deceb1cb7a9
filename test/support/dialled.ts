import { isIP, type LookupFunction, Socket, type TcpNetConnectOpts } from 'node:net';
import type { TestContext } from 'node:test';

/** Addresses of the public internet that stand for servers of this test on the loopback interface. */
export const PUBLIC = ['93.184.216.34', '93.184.216.35', '2606:4700::1111'];

interface Dials {
  /** Every `address:port` that a socket of this process was given to connect to, in order. */
  readonly dialled: string[];
  /** From now on a connection to this port of a public address ends at this port of the loopback interface. */
  route(port: number, loopbackPort: number): void;
}

/**
 * Stands where the process meets the network: records all that sockets connect to, and leads what goes to `PUBLIC` to
 * servers of the test. Everything else goes where it was meant to go.
 */
export function recordDials(t: TestContext): Dials {
  const dialled: string[] = [];
  const routes = new Map<number, number>();
  const original = Socket.prototype.connect;
  t.after(() => {
    Socket.prototype.connect = original;
  });
  const lead = (address: string, port: number): string => {
    dialled.push(`${address}:${port}`);
    return PUBLIC.includes(address) ? '127.0.0.1' : address;
  };
  function connect(this: Socket, ...args: unknown[]): Socket {
    const [first] = Array.isArray(args[0]) ? (args as unknown[][]).flat() : args;
    // Somebody who needs no names resolved, as the client of the database.
    if (typeof first !== 'object') {
      dialled.push(args.slice(0, 2).reverse().join(':'));
      return Reflect.apply(original, this, args) as Socket;
    }
    const options = first as TcpNetConnectOpts;
    const { port, host = '', lookup } = options;
    if (isIP(host) > 0) options.host = lead(host, port);
    else if (lookup) options.lookup = leading(lookup, (address) => lead(address, port));
    else dialled.push(`${host}:${port}`);
    options.port = routes.get(port) ?? port;
    return Reflect.apply(original, this, args) as Socket;
  }
  Socket.prototype.connect = connect;
  return { dialled, route: (port, loopbackPort) => routes.set(port, loopbackPort) };
}

function leading(lookup: LookupFunction, lead: (address: string) => string): LookupFunction {
  return (host, options, callback) =>
    lookup(host, options, (error, found, family) => {
      if (error) return callback(error, found, family);
      if (typeof found === 'string') {
        const address = lead(found);
        return callback(null, address, isIP(address));
      }
      const all = found.map(({ address }) => lead(address));
      callback(
        null,
        all.map((address) => ({ address, family: isIP(address) })),
      );
    });
}
