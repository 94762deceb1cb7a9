import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as sendRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** Of a server in tests called api.genderize.io; trusted by nobody else. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBqzCCAVCgAwIBAgIUaXC2mxZXR3KGbozWR3JhN9qsjYkwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQYXBpLmdlbmRlcml6ZS5pbzAgFw0yNjExMjExNzM0MDJaGA8y
MTI2MTAyODE3MzQwMlowGzEZMBcGA1UEAwwQYXBpLmdlbmRlcml6ZS5pbzBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABBF1dfCM0PBmJXoB1aCHkNvJGF/9TaJhTeOj
LZdZC22nmyi959fCRI5Trebifp+w4bYelWXOjVRHDhmsEqJkBrKjcDBuMB0GA1Ud
DgQWBBTBcxgO+BHVYhBcqU60PsuVfBNMszAfBgNVHSMEGDAWgBTBcxgO+BHVYhBc
qU60PsuVfBNMszAbBgNVHREEFDASghBhcGkuZ2VuZGVyaXplLmlvMA8GA1UdEwEB
/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAJUCYLb2JyqwGWWdwCJigh4yfYDc
M4hmYz0G+85iNkGGAiEA48SopYaTNYhJZHNVbh0KAuLGLZt4HC85E4ss3pMo970=
-----END CERTIFICATE-----
`;

const CERTIFICATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgF7MjSEMyjHFRu4GK
3vHDPysAxLYTBvCrsKOSegaPyxGhRANCAAQRdXXwjNDwZiV6AdWgh5DbyRhf/U2i
YU3joy2XWQttp5sovefXwkSOU63m4n6fsOG2HpVlzo1URw4ZrBKiZAay
-----END PRIVATE KEY-----
`;

/** Settings under which a program reaches the route of `url` where it means to reach https://api.genderize.io. */
interface GenderizeProxy {
  readonly environment: Readonly<Record<string, string>>;
  /** Hosts that were asked for. */
  readonly hosts: readonly string[];
}

/**
 * A proxy for HTTPS with a certificate of its own for that host: requests of `/?…` go to `/v1/compat/genderize/?…` of
 * the server at `url`, answers come back as they are. Ends with the test file.
 */
export async function startGenderizeProxy(url: string): Promise<GenderizeProxy> {
  const hosts: string[] = [];
  const sockets = new Set<Socket>();
  const inner = createTlsServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY }, (request, response) => {
    const { method = 'GET', headers } = request;
    const target = `${url}/v1/compat/genderize${request.url ?? ''}`;
    sendRequest(target, { method, headers: { accept: headers.accept ?? '*/*' } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  const proxy = createServer();
  proxy.on('connect', ({ url: host = '' }, socket: Socket) => {
    hosts.push(host);
    sockets.add(socket);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    inner.emit('connection', socket);
  });
  const port = await listen(proxy);
  const folder = await mkdtemp(join(tmpdir(), 'affirm-genderize-'));
  const authority = join(folder, 'authority.pem');
  await writeFile(authority, CERTIFICATE);
  after(async () => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    hosts,
    environment: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: authority },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
