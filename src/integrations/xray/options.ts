import { isIP } from 'node:net';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { normalSshFields, SSH_FIELDS, SSH_HINT, SshFieldProblem } from '../../lib/ssh-fields.ts';

/** How the StatsService of an Xray, V2Ray or sing-box is reached. Unknown names are refused. */
export const XrayOptions = Type.Object(
  {
    /** `local`: from this machine; `ssh`: through a host. */
    transport: Type.Union([Type.Literal('local'), Type.Literal('ssh')]),
    ...SSH_FIELDS,
    /** `host:port` of the API as the machine sees it from which it is reached; default 127.0.0.1:10085. */
    api: Type.Optional(Type.String({ maxLength: 300 })),
    /** What is counted as peers; default users. */
    count: Type.Optional(Type.Union([Type.Literal('users'), Type.Literal('inbounds'), Type.Literal('outbounds')])),
    /** Names this instance, whoever reads it and however; learnt at the first contact. */
    instance: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:\\[\\]-]{0,127}$' })),
    /**
     * Path on this machine of the server's configuration, for one that does not tell the accounts of its users: what they
     * get back is read there.
     */
    config: Type.Optional(Type.String({ pattern: '^/[^\\u0000]{0,1023}$' })),
  },
  { additionalProperties: false },
);
export type XrayOptions = Readonly<Static<typeof XrayOptions>>;

export const DEFAULT_API = '127.0.0.1:10085';

const HINTS: Readonly<Record<string, string>> = {
  '/transport': 'Choose local or ssh.',
  '/ssh': SSH_HINT,
  '/api': 'Write host:port, for example 127.0.0.1:10085.',
  '/count': 'Choose users, inbounds or outbounds.',
  '/config': 'An absolute path on this machine, for example /etc/v2ray/config.json.',
  '/instance': 'Letters, digits and . _ : -',
};

/** @throws InvalidInput with a pointer under `/options` */
export function parseXrayOptions(options: unknown): XrayOptions {
  const wrong = Value.Errors(XrayOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, HINTS[wrong.path]);
  const parsed = options as XrayOptions;
  if (parsed.transport === 'ssh' && parsed.ssh === undefined) {
    throw new InvalidInput('/options/ssh', 'Transport "ssh" needs "ssh".', SSH_HINT);
  }
  if (parsed.transport === 'local') {
    for (const name of ['ssh', 'identityFile', 'hostKey'] as const) {
      if (parsed[name] === undefined) continue;
      throw new InvalidInput(`/options/${name}`, `"${name}" means nothing for transport "local".`);
    }
  }
  if (parsed.transport === 'ssh' && parsed.config !== undefined)
    throw new InvalidInput('/options/config', 'A configuration can be read on this machine only.', HINTS['/config']);
  const ssh = normalSshFields(parsed);
  if (ssh instanceof SshFieldProblem) throw new InvalidInput(`/options/${ssh.field}`, ssh.message, ssh.hint);
  if (parsed.api !== undefined && parseApi(parsed.api) === null) {
    throw new InvalidInput('/options/api', `"${parsed.api}" is not an address.`, HINTS['/api']);
  }
  return { ...parsed, ...ssh };
}

export interface Address {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Of options that were checked. */
export function apiOf({ api = DEFAULT_API }: XrayOptions): Address {
  const address = parseApi(api);
  if (address === null) throw new Error(`options were not checked: api=${api}`);
  return address;
}

const PLACE = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_][A-Za-z0-9._-]{0,252})):([1-9]\d{0,4})$/;

function parseApi(text: string): Address | null {
  const [, address6, name, port] = PLACE.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) return null;
  if (address6 !== undefined && isIP(address6) !== 6) return null;
  return { host: address6 ?? name ?? '', port: Number(port) };
}

export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
