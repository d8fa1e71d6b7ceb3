import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { parseBaseUrl, parseFingerprint } from '../../lib/http-client/endpoint.ts';
import { type Access, readAccess } from './access.ts';

/** How an Outline server is reached. Unknown names are refused, so that a misspelt one is not ignored. */
const OutlineOptions = Type.Object(
  {
    /** What the installation printed: `{"apiUrl":"https://host:port/SECRET","certSha256":"…"}`. Its path is the secret. */
    access: Type.String({ minLength: 1, maxLength: 4096 }),
    /** Host and port of the management interface, taken from `access`: for people. */
    url: Type.Optional(Type.String({ maxLength: 1024 })),
    /** Counters of outline-ss-server; without them nothing can be counted. */
    metricsUrl: Type.Optional(Type.String({ maxLength: 1024 })),
    privateAddress: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type OutlineOptions = Readonly<Static<typeof OutlineOptions>>;

const HINTS: Readonly<Record<string, string>> = {
  '/access':
    'It looks like {"apiUrl":"https://198.51.100.1:1234/…","certSha256":"…"}: the installation printed it, and Outline Manager shows it.',
  '/metricsUrl': 'For example http://127.0.0.1:9092/metrics, or where you let it be seen from here.',
};

/** @throws InvalidInput with a pointer under `/options`; never repeats a secret */
export function parseOutlineOptions(options: unknown): OutlineOptions {
  const wrong = Value.Errors(OutlineOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, HINTS[wrong.path]);
  const parsed = options as OutlineOptions;
  const { apiUrl, certSha256 } = accessOf(parsed);
  const metricsUrl = parsed.metricsUrl === undefined ? null : parseBaseUrl(parsed.metricsUrl);
  if (metricsUrl === null && parsed.metricsUrl !== undefined)
    throw new InvalidInput('/options/metricsUrl', 'This is not an address.', HINTS['/metricsUrl']);
  return {
    ...parsed,
    access: JSON.stringify({ apiUrl: apiUrl.href, certSha256 }),
    url: apiUrl.origin,
    ...(metricsUrl === null ? {} : { metricsUrl: metricsUrl.href.replace(/\/$/, '') }),
  };
}

/** @throws InvalidInput */
export function accessOf({ access }: Pick<OutlineOptions, 'access'>): Access {
  const given = readAccess(access);
  const apiUrl = given === null ? null : parseBaseUrl(given.apiUrl);
  const certSha256 = given === null ? null : parseFingerprint(given.certSha256);
  if (apiUrl === null || certSha256 === null || apiUrl.protocol !== 'https:')
    throw new InvalidInput('/options/access', 'This is not the access key of a server.', HINTS['/access']);
  return { apiUrl, certSha256 };
}
