import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';

/** How a Shadowsocks manager is reached. Unknown names are refused, so that a misspelt one is not ignored. */
export const ShadowsocksOptions = Type.Object(
  {
    /** The manager's address: `host:port` (UDP), or the path of a unix socket. */
    manager: Type.String({ minLength: 1, maxLength: 300 }),
    /** File with the names of ports: a line `8001 alice` each. */
    names: Type.Optional(Type.String({ pattern: '^/', maxLength: 1024 })),
    /** Folder for the socket to which a manager on a unix socket answers; it has to be able to write there. */
    replyFolder: Type.Optional(Type.String({ pattern: '^/', maxLength: 80 })),
  },
  { additionalProperties: false },
);
export type ShadowsocksOptions = Readonly<Static<typeof ShadowsocksOptions>>;

/** Where a manager listens. */
export type ManagerAddress =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly isLoopback: boolean };

/** `sun_path` has 108 bytes with its end. */
const MAX_SOCKET_PATH_BYTES = 107;

/** @throws InvalidInput with a pointer under `/options` */
export function parseShadowsocksOptions(options: unknown): ShadowsocksOptions {
  const wrong = Value.Errors(ShadowsocksOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, hintFor(wrong.path));
  const parsed = options as ShadowsocksOptions;
  const address = managerOf(parsed);
  if (parsed.replyFolder === undefined) return parsed;
  if (!('path' in address)) {
    throw new InvalidInput('/options/replyFolder', '"replyFolder" means nothing for a manager that is reached by UDP.');
  }
  if (!SAFE_PATH.test(parsed.replyFolder)) throw new InvalidInput('/options/replyFolder', 'Choose a plainer path.');
  return parsed;
}

/** What no program that gets it in an argument can take for anything but a path. */
const SAFE_PATH = /^\/[A-Za-z0-9._@/+-]+$/;

/** @throws InvalidInput */
export function managerOf({ manager }: ShadowsocksOptions): ManagerAddress {
  if (manager.startsWith('/')) {
    if (SAFE_PATH.test(manager) && manager.length <= MAX_SOCKET_PATH_BYTES) return { path: manager };
    throw new InvalidInput('/options/manager', 'This is no path of a socket.', hintFor('/manager'));
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9][A-Za-z0-9.-]*)):(\d{1,5})$/.exec(manager);
  const port = Number(match?.[3] ?? 0);
  const host = (match?.[1] ?? match?.[2] ?? '').toLowerCase();
  if (host === '' || port < 1 || port > 65_535) {
    throw new InvalidInput('/options/manager', `"${manager}" is no address of a manager.`, hintFor('/manager'));
  }
  return { host, port, isLoopback: host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host) };
}

function hintFor(path: string): string | undefined {
  if (path === '/manager') return 'Write 127.0.0.1:8389, or /run/shadowsocks-manager.sock.';
  if (path === '/names') return 'Give the full path of a file with lines like "8001 alice".';
  return undefined;
}
