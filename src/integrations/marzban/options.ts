import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { portOf } from '../../lib/http-client/agents.ts';
import { EndpointFields, normalEndpoint } from '../../lib/http-client/endpoint.ts';

/** How a Marzban panel is reached. Unknown names are refused, so that a misspelt one is not ignored. */
const MarzbanOptions = Type.Object(
  {
    ...EndpointFields,
    /** An admin of the panel; one that is not sudo sees their own users only. */
    username: Type.String({ minLength: 1, maxLength: 128 }),
    password: Type.String({ minLength: 1, maxLength: 1024 }),
    /** Where the gateway before the panel listens, `HOST:PORT`; absent: there is none. */
    gateway: Type.Optional(Type.String({ maxLength: 128 })),
  },
  { additionalProperties: false },
);
export type MarzbanOptions = Readonly<Static<typeof MarzbanOptions>>;

/** The panel's page is at /dashboard/, its interface at /api/. */
const TAILS = ['dashboard', 'api'];
const HINTS: Readonly<Record<string, string>> = {
  '/url': 'The address of the panel, for example https://panel.example.com:8000',
  '/certSha256': 'openssl x509 -noout -fingerprint -sha256 -in CERT shows it.',
  '/password': 'The password of that admin of the panel.',
  '/gateway': 'HOST:PORT, for example 127.0.0.1:8001; nginx or Caddy with TLS goes before it.',
};

/** @throws InvalidInput with a pointer under `/options`; never repeats a secret */
export function parseMarzbanOptions(options: unknown): MarzbanOptions {
  const wrong = Value.Errors(MarzbanOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, HINTS[wrong.path]);
  const parsed = options as MarzbanOptions;
  const endpoint = normalEndpoint(parsed, TAILS);
  if (typeof endpoint === 'string') {
    throw new InvalidInput(`/options/${endpoint}`, 'It is not in the right form.', HINTS[`/${endpoint}`]);
  }
  if (parsed.gateway !== undefined) refuseLoop(listenAddressOf(parsed.gateway), new URL(endpoint.url));
  return { ...parsed, ...endpoint };
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** @throws InvalidInput */
export function listenAddressOf(text: string): ListenAddress {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new InvalidInput('/options/gateway', 'This is not an address to listen on.', HINTS['/gateway']);
}

/** A gateway that is its own panel would ask itself for ever. */
function refuseLoop({ host, port }: ListenAddress, panel: URL): void {
  const isHere = ['localhost', '127.0.0.1', '[::1]', host].includes(panel.hostname);
  if (!isHere || port !== portOf(panel)) return;
  throw new InvalidInput('/options/gateway', 'The panel itself listens there.', HINTS['/gateway']);
}
