import type { IncomingMessage } from 'node:http';

/** Headers as they came, name and value in turn: spelling, order and repeats stay (`IncomingMessage.rawHeaders`). */
export type RawHeaders = readonly string[];

/** Between two neighbours only (RFC 9110, 7.6.1). `expect` was answered by our own server. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/** Whoever names these in `Connection` would have the message read differently behind us. */
const NEVER_NAMED = new Set(['content-length', 'host', 'transfer-encoding']);

/** What goes on from one end to the other. */
export function endToEnd({ rawHeaders, headers }: Pick<IncomingMessage, 'rawHeaders' | 'headers'>): string[] {
  const named = new Set((headers.connection ?? '').toLowerCase().split(/\s*,\s*/));
  return filterHeaders(rawHeaders, (name) => !HOP_BY_HOP.has(name) && (!named.has(name) || NEVER_NAMED.has(name)));
}

/** `keep` is asked with the name in lower case. */
export function filterHeaders(raw: RawHeaders, keep: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2);
    if (keep(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

/** Gives a header another value where it stands, or adds it at the end. */
export function setHeader(raw: RawHeaders, name: string, value: string): string[] {
  const at = raw.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name.toLowerCase());
  if (at < 0) return [...raw, name, value];
  return [...raw.slice(0, at + 1), value, ...filterHeaders(raw.slice(at + 2), (one) => one !== name.toLowerCase())];
}

/** Tells the other side who asked, after what proxies before us have told. */
export function withForwarding(raw: RawHeaders, { headers, socket }: IncomingMessage): string[] {
  const before = headers['x-forwarded-for'];
  const client = socket.remoteAddress ?? 'unknown';
  const told = setHeader(raw, 'X-Forwarded-For', before === undefined ? client : `${String(before)}, ${client}`);
  return headers['x-forwarded-proto'] === undefined ? setHeader(told, 'X-Forwarded-Proto', 'http') : told;
}
