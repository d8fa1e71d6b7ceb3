import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { EndpointFields, parseBaseUrl, parseFingerprint } from '../../lib/http-client/endpoint.ts';

/** Which MTProto proxy is read, and where it shows its counters. Unknown names are refused. */
export const MtprotoOptions = Type.Object(
  {
    ...EndpointFields,
    /** Where it shows its counters. Needed, unless telemt's control interface is read alone. */
    url: Type.Optional(EndpointFields.url),
    proxy: Type.Union([
      Type.Literal('telemt'),
      Type.Literal('mtprotoproxy'),
      Type.Literal('mtg'),
      Type.Literal('official'),
    ]),
    /** Beginning of the names of its metrics, where its configuration has another one. */
    prefix: Type.Optional(Type.String({ pattern: '^[a-zA-Z_:][a-zA-Z0-9_:]{0,63}$' })),
    /** Port on which it listens: it does not tell it. */
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    /** telemt: base address of its control interface, which tells who is disabled, and disables. */
    controlUrl: Type.Optional(EndpointFields.url),
    /** telemt: the very text of its `auth_header`. */
    token: Type.Optional(Type.String({ pattern: '^[\\x20-\\x7e]{1,4096}$' })),
  },
  { additionalProperties: false },
);
export type MtprotoOptions = Readonly<Static<typeof MtprotoOptions>>;

/** Where each shows its counters unless its configuration says otherwise. */
const PATHS = { telemt: '/metrics', mtprotoproxy: '/', mtg: '/', official: '/stats' } as const;

/** @throws InvalidInput with a pointer under `/options` */
export function parseMtprotoOptions(options: unknown): MtprotoOptions {
  const wrong = Value.Errors(MtprotoOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, hintFor(wrong.path));
  const parsed = options as MtprotoOptions;
  if (parsed.prefix !== undefined && parsed.proxy === 'official')
    throw new InvalidInput('/options/prefix', '"prefix" means nothing for the official proxy.');
  for (const name of ['controlUrl', 'token'] as const) {
    if (parsed[name] !== undefined && parsed.proxy !== 'telemt')
      throw new InvalidInput(`/options/${name}`, `"${name}" means something for telemt alone.`);
  }
  if (parsed.url === undefined && parsed.controlUrl === undefined)
    throw new InvalidInput('/options/url', 'The address of its counters is missing.', hintFor('/url'));
  return { ...parsed, ...addressOf(parsed), ...controlOf(parsed), ...pinOf(parsed) };
}

function addressOf({ url: text, proxy }: MtprotoOptions): Pick<MtprotoOptions, 'url'> {
  if (text === undefined) return {};
  const trimmed = text.trim();
  const url = /^https?:\/\//i.test(trimmed) && URL.canParse(trimmed) ? new URL(trimmed) : null;
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '')
    throw new InvalidInput('/options/url', 'This is no address of counters.', hintFor('/url'));
  if (url.pathname === '/' && url.search === '') url.pathname = PATHS[proxy];
  return { url: url.href };
}

function controlOf({ controlUrl }: MtprotoOptions): Pick<MtprotoOptions, 'controlUrl'> {
  if (controlUrl === undefined) return {};
  const url = parseBaseUrl(controlUrl, ['v1/users', 'v1']);
  if (url === null)
    throw new InvalidInput('/options/controlUrl', 'This is no address of a control interface.', hintFor('/controlUrl'));
  return { controlUrl: url.href };
}

function pinOf({ certSha256 }: MtprotoOptions): Pick<MtprotoOptions, 'certSha256'> {
  if (certSha256 === undefined) return {};
  const pin = parseFingerprint(certSha256);
  if (pin === null) throw new InvalidInput('/options/certSha256', 'This is not a SHA-256.');
  return { certSha256: pin };
}

function hintFor(path: string): string | undefined {
  if (path === '/proxy') return 'Choose telemt, mtprotoproxy, mtg or official.';
  if (path === '/controlUrl') return 'For example http://127.0.0.1:9091';
  if (path === '/url') return 'For example http://127.0.0.1:9090/metrics';
  return undefined;
}
