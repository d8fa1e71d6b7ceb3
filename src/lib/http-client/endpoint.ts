import { createHash } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import { type ConnectionRules, resolveBySystem } from './connection.ts';
import { HttpClient } from './http-client.ts';

/** Fields of options that say which HTTP interface is asked, and how far it is trusted. */
export const EndpointFields = {
  /** Base address, `https://host[:port][/path]`. */
  url: Type.String({ minLength: 8, maxLength: 1024 }),
  /** Allows addresses of this machine and of private networks. */
  privateAddress: Type.Optional(Type.Boolean()),
  /** The one certificate to accept, for one that no known authority signed. */
  certSha256: Type.Optional(Type.String({ pattern: '^[0-9A-Fa-f:]{64,95}$' })),
};

const CONNECT_TIMEOUT_MS = 10_000;

export interface Endpoint {
  readonly url: string;
  readonly privateAddress?: boolean;
  readonly certSha256?: string;
}

/**
 * The address under which an interface's paths stand: ends with a slash, without `tails`, which people copy along from
 * their browser. Null if it is none, or carries a user name, a query or a fragment (`#/` of a page is dropped).
 */
export function parseBaseUrl(text: string, tails: readonly string[] = []): URL | null {
  const trimmed = text.trim();
  if (!/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) return null;
  const url = new URL(trimmed);
  if (url.username !== '' || url.password !== '' || url.search !== '') return null;
  url.hash = '';
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/`;
  for (const tail of tails) {
    if (url.pathname.endsWith(`/${tail}/`)) url.pathname = url.pathname.slice(0, -tail.length - 1);
  }
  return url;
}

/** Upper-case hex without colons; null if it is no SHA-256. */
export function parseFingerprint(text: string): string | null {
  const hex = text.replaceAll(':', '').toUpperCase();
  return /^[0-9A-F]{64}$/.test(hex) ? hex : null;
}

/**
 * Address and pinned certificate in their one form; else which of the two is wrong. `tails`: see `parseBaseUrl`.
 */
export function normalEndpoint(
  { url, certSha256 }: Endpoint,
  tails: readonly string[],
): Pick<Endpoint, 'url' | 'certSha256'> | 'url' | 'certSha256' {
  const base = parseBaseUrl(url, tails);
  if (base === null) return 'url';
  if (certSha256 === undefined) return { url: base.href };
  const pin = parseFingerprint(certSha256);
  return pin === null ? 'certSha256' : { url: base.href, certSha256: pin };
}

/** Names the interface without giving away a path that is meant to be known to few. */
export function publicNameOf(base: URL): string {
  if (base.pathname === '/') return base.origin;
  return `${base.origin}#${createHash('sha256').update(base.pathname).digest('hex').slice(0, 12)}`;
}

/** Asks one interface: several requests at once, over connections that are kept for a moment. */
export function clientOf(endpoint: Pick<Endpoint, 'privateAddress' | 'certSha256'>): HttpClient {
  return new HttpClient({
    policy: { kind: 'collector', privateAddresses: endpoint.privateAddress ?? false },
    certificateSha256: endpoint.certSha256 ?? null,
    keepsConnections: true,
  });
}

/** How connections to it are opened, for whoever does more than ask. */
export function rulesOf(endpoint: Endpoint): ConnectionRules {
  return {
    policy: { kind: 'collector', privateAddresses: endpoint.privateAddress ?? false },
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    certificateSha256: endpoint.certSha256 === undefined ? null : parseFingerprint(endpoint.certSha256),
    resolve: resolveBySystem,
  };
}
