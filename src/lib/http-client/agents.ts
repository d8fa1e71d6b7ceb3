import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type ConnectionRules, type Destination, openConnection } from './connection.ts';
import { toHttpFailure } from './http-failure.ts';

export interface Agents {
  readonly plain: HttpAgent;
  readonly tls: HttpsAgent;
}

/** Shorter than the 5 s after which common servers (uvicorn, Node) close: a connection is not reused as it ends. */
const IDLE_MS = 4_000;

/** Node's pools of connections, every one of them opened by the rules. */
export function makeAgents(
  rules: ConnectionRules,
  pool: { readonly keepAlive: boolean; readonly maxSockets: number },
): Agents {
  const options = { ...pool, timeout: IDLE_MS };
  const plain = new HttpAgent(options);
  const tls = new HttpsAgent({ ...options, maxCachedSessions: 0 });
  for (const agent of [plain, tls]) {
    agent.createConnection = (to, callback) => {
      const destination = destinationOf(to, agent === tls);
      openConnection(destination, rules).then(
        (socket) => callback?.(null, socket),
        (error: unknown) => callback?.(toHttpFailure(error, destination.origin), undefined as never),
      );
      return undefined;
    };
  }
  return { plain, tls };
}

function destinationOf(to: { readonly host?: unknown; readonly port?: unknown }, isTls: boolean): Destination {
  const hostname = String(to.host);
  const port = Number(to.port);
  const shown = hostname.includes(':') ? `[${hostname}]` : hostname;
  return { hostname, port, isTls, origin: `${isTls ? 'https' : 'http'}://${shown}:${port}` };
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** IPv6 hosts stand in brackets in URLs alone. */
export function bareHost({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
