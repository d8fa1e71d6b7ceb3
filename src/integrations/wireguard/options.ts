import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { readKeyLine } from '../../lib/ssh-key.ts';
import { formatSshTarget, parseSshTarget } from '../../lib/ssh-target.ts';

/** How a WireGuard or AmneziaWG node is reached. Unknown names are refused, so that a misspelt one is not ignored. */
export const WireguardOptions = Type.Object(
  {
    transport: Type.Union([Type.Literal('local'), Type.Literal('ssh'), Type.Literal('file')]),
    /** `[user@]host[:port]`; an IPv6 address with a port in brackets. */
    ssh: Type.Optional(Type.String({ maxLength: 400 })),
    /** Private key on this machine; without it the ssh configuration and agent decide. */
    identityFile: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
    /** Pinned host key, `type base64`; without it the known_hosts of the user that runs Xpert decides. */
    hostKey: Type.Optional(Type.String({ maxLength: 4096 })),
    /** Read this interface only. */
    interface: Type.Optional(Type.String({ pattern: '^[^\\s/]{1,15}$' })),
    /** Docker or Podman containers on the node to read as well. */
    containers: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$' }), { maxItems: 32, uniqueItems: true }),
    ),
    /** File that a script on the node writes (transport `file`). */
    path: Type.Optional(Type.String({ pattern: '^/', maxLength: 1024 })),
    /** The file is stale when it is older; default 300. */
    maxAgeSeconds: Type.Optional(Type.Integer({ minimum: 5, maximum: 604_800 })),
  },
  { additionalProperties: false },
);
export type WireguardOptions = Readonly<Static<typeof WireguardOptions>>;

/** Which transport takes which options, and what it cannot do without. */
const BELONGS = {
  local: { needs: null, takes: ['interface', 'containers'] },
  ssh: { needs: 'ssh', takes: ['ssh', 'identityFile', 'hostKey', 'interface', 'containers'] },
  file: { needs: 'path', takes: ['path', 'maxAgeSeconds', 'interface'] },
} as const;

/** @throws InvalidInput with a pointer under `/options` */
export function parseWireguardOptions(options: unknown): WireguardOptions {
  const wrong = Value.Errors(WireguardOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, hintFor(wrong.path));
  const parsed = options as WireguardOptions;
  const { needs, takes } = BELONGS[parsed.transport];
  for (const name of Object.keys(parsed)) {
    if (name !== 'transport' && !(takes as readonly string[]).includes(name)) {
      throw new InvalidInput(`/options/${name}`, `"${name}" means nothing for transport "${parsed.transport}".`);
    }
  }
  if (needs !== null && parsed[needs] === undefined) {
    throw new InvalidInput(
      `/options/${needs}`,
      `Transport "${parsed.transport}" needs "${needs}".`,
      hintFor(`/${needs}`),
    );
  }
  return { ...parsed, ...normalSsh(parsed), ...normalHostKey(parsed), ...checkedIdentity(parsed) };
}

function normalSsh({ ssh }: WireguardOptions): Pick<WireguardOptions, 'ssh'> {
  if (ssh === undefined) return {};
  const target = parseSshTarget(ssh);
  if (target === null) throw new InvalidInput('/options/ssh', `"${ssh}" is not a host to log in to.`, hintFor('/ssh'));
  return { ssh: formatSshTarget(target) };
}

/** A line of known_hosts or of a .pub file will do; what is kept is the key alone. */
function normalHostKey({ hostKey }: WireguardOptions): Pick<WireguardOptions, 'hostKey'> {
  if (hostKey === undefined) return {};
  const line = readKeyLine(hostKey);
  if (line !== null) return { hostKey: line };
  throw new InvalidInput('/options/hostKey', 'This is not a host key.', 'It looks like "ssh-ed25519 AAAA…".');
}

/** A path that begins with a dash could be taken for an option of ssh. */
function checkedIdentity({ identityFile }: WireguardOptions): Pick<WireguardOptions, 'identityFile'> {
  if (identityFile === undefined || /^(?:\/|~\/)[^\0\r\n"%]+$/.test(identityFile)) return {};
  throw new InvalidInput(
    '/options/identityFile',
    'The key file must be a full path.',
    'For example /etc/xpert/node-key.',
  );
}

function hintFor(path: string): string | undefined {
  if (path === '/ssh') return 'Write user@host, user@host:port or user@[2001:db8::1]:port.';
  if (path === '/transport') return 'Choose local, ssh or file.';
  if (path === '/path') return 'Give the full path of the file that the node writes.';
  if (path === '/interface') return 'A name such as wg0.';
  return undefined;
}
