import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';

/** How an OpenVPN server is reached. Unknown names are refused, so that a misspelt one is not ignored. */
export const OpenvpnOptions = Type.Object(
  {
    transport: Type.Union([Type.Literal('management'), Type.Literal('status-file')]),
    /** The server's management interface: path of a unix socket, or `host:port`. */
    management: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
    /** File with the password of the management interface, read at each connection and kept nowhere. */
    passwordFile: Type.Optional(Type.String({ pattern: '^/', maxLength: 1024 })),
    /**
     * Only one client at a time can use a management interface. Kept (default): the last bytes of closing sessions are
     * seen. Not kept: it is free between two polls.
     */
    keepConnection: Type.Optional(Type.Boolean()),
    /** What the server writes with `--status FILE`. */
    path: Type.Optional(Type.String({ pattern: '^/', maxLength: 1024 })),
    /** The file is stale when it is older; default 300. */
    maxAgeSeconds: Type.Optional(Type.Integer({ minimum: 5, maximum: 3600 })),
    /** What names a peer; `username` where all clients share one certificate. Default `common-name`. */
    peers: Type.Optional(Type.Union([Type.Literal('common-name'), Type.Literal('username')])),
    /** Folder of the server's `client-config-dir` on this machine: there clients can be kept out. */
    clientConfigDir: Type.Optional(Type.String({ pattern: '^/[^\\u0000]+$', maxLength: 1024 })),
    /** Port on which the server listens: it does not tell it. */
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
  },
  { additionalProperties: false },
);
export type OpenvpnOptions = Readonly<Static<typeof OpenvpnOptions>>;

/** Where a management interface listens. */
export type ManagementAddress =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly isLoopback: boolean };

const BELONGS = {
  management: {
    needs: 'management',
    takes: ['management', 'passwordFile', 'keepConnection', 'peers', 'port', 'clientConfigDir'],
  },
  'status-file': { needs: 'path', takes: ['path', 'maxAgeSeconds', 'peers', 'port', 'clientConfigDir'] },
} as const;

/** @throws InvalidInput with a pointer under `/options` */
export function parseOpenvpnOptions(options: unknown): OpenvpnOptions {
  const wrong = Value.Errors(OpenvpnOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, hintFor(wrong.path));
  const parsed = options as OpenvpnOptions;
  const { needs, takes } = BELONGS[parsed.transport];
  for (const name of Object.keys(parsed)) {
    if (name !== 'transport' && !(takes as readonly string[]).includes(name)) {
      throw new InvalidInput(`/options/${name}`, `"${name}" means nothing for transport "${parsed.transport}".`);
    }
  }
  if (parsed[needs] === undefined) {
    throw new InvalidInput(
      `/options/${needs}`,
      `Transport "${parsed.transport}" needs "${needs}".`,
      hintFor(`/${needs}`),
    );
  }
  if (parsed.management !== undefined) addressOf(parsed);
  return parsed;
}

/** @throws InvalidInput */
export function addressOf({ management = '' }: OpenvpnOptions): ManagementAddress {
  if (management.startsWith('/')) {
    if (Buffer.byteLength(management) <= MAX_SOCKET_PATH_BYTES) return { path: management };
    throw new InvalidInput('/options/management', `A socket's path has at most ${MAX_SOCKET_PATH_BYTES} bytes.`);
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9][A-Za-z0-9.-]*)):(\d{1,5})$/.exec(management);
  const port = Number(match?.[3] ?? 0);
  const host = (match?.[1] ?? match?.[2] ?? '').toLowerCase();
  if (host === '' || port < 1 || port > 65_535) {
    throw new InvalidInput('/options/management', `"${management}" is no management address.`, hintFor('/management'));
  }
  return { host, port, isLoopback: host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host) };
}

/** `sun_path` has 108 bytes with its end. */
const MAX_SOCKET_PATH_BYTES = 107;

function hintFor(path: string): string | undefined {
  if (path === '/transport') return 'Choose management or status-file.';
  if (path === '/management') return 'Write /run/openvpn/server.sock, or 127.0.0.1:7505.';
  if (path === '/clientConfigDir')
    return 'Give the full path of the folder after "client-config-dir" in the configuration.';
  if (path === '/path') return 'Give the full path of the file after "status" in the configuration of the server.';
  if (path === '/passwordFile')
    return 'Give the full path of the file after "management IP PORT" in the configuration.';
  return undefined;
}
