/** A configuration as VPN clients pass it on: one line, which names the server and holds the user's credential. */
export interface ShareLink {
  /** As usage is told apart by it: `vless`, `vmess`, `trojan`, `shadowsocks`, `hysteria2`, `tuic`. */
  readonly protocol: ShareProtocol;
  readonly host: string;
  readonly port: number;
  /** What the client shows; '' if the link has none. */
  readonly name: string;
  /** UUID, password, or `method:password`. Secret. */
  readonly credential: string;
  /** Everything else, by the names of the protocol's own links. */
  readonly params: Readonly<Record<string, string>>;
  /** The link itself, as it was given. Secret. */
  readonly text: string;
}

export type ShareProtocol = 'vless' | 'vmess' | 'trojan' | 'shadowsocks' | 'hysteria2' | 'tuic';

const BY_SCHEME: Readonly<Record<string, ShareProtocol>> = {
  vless: 'vless',
  vmess: 'vmess',
  trojan: 'trojan',
  ss: 'shadowsocks',
  hysteria2: 'hysteria2',
  hy2: 'hysteria2',
  tuic: 'tuic',
};

/** Longer links are no configurations, and no addresses. */
export const MAX_LINK = 4096;

/** @returns null for what is no link of a kind known here */
export function parseShareLink(text: string): ShareLink | null {
  const trimmed = text.trim();
  const scheme = /^([a-z0-9]{2,10}):\/\/\S+$/i.exec(trimmed)?.[1]?.toLowerCase() ?? '';
  const protocol = BY_SCHEME[scheme];
  if (protocol === undefined || trimmed.length > MAX_LINK) return null;
  if (protocol === 'vmess') return parseVmess(trimmed);
  if (protocol === 'shadowsocks') return parseShadowsocks(trimmed);
  return parseUrl(protocol, trimmed);
}

/** The same configuration under another name. */
export function renameShareLink(link: ShareLink, name: string): ShareLink {
  if (link.protocol !== 'vmess') {
    const bare = link.text.replace(/#.*$/s, '');
    return { ...link, name, text: name === '' ? bare : `${bare}#${encodeURIComponent(name)}` };
  }
  const fields = vmessFields(link.text) ?? {};
  return { ...link, name, text: `vmess://${encodeBase64(JSON.stringify({ ...fields, ps: name }))}` };
}

/** `host:port`, IPv6 in brackets: how usage names a server. */
export function serverOf({ host, port }: Pick<ShareLink, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** vless, trojan, hysteria2 and tuic: a URL with the credential before the host. */
function parseUrl(protocol: ShareProtocol, text: string): ShareLink | null {
  const url = urlOf(text);
  if (url === null || url.username === '') return null;
  const password = url.password === '' ? '' : `:${decodePercent(url.password)}`;
  return {
    protocol,
    ...url.address,
    name: url.name,
    credential: `${decodePercent(url.username)}${password}`,
    params: url.params,
    text,
  };
}

/** SIP002: `ss://BASE64URL(method:password)@host:port#name`, also with both percent-encoded; or all of it in base64. */
function parseShadowsocks(text: string): ShareLink | null {
  const [, whole = '', rest = ''] = /^ss:\/\/([^#@/?]+)(#.*)?$/is.exec(text) ?? [];
  const decoded = whole === '' ? null : decodeBase64(whole);
  // Many write plain base64, whose slashes would end the host's part of a URL.
  const encoded = text.replace(
    /^(ss:\/\/)([\w+/=-]+)(?=@)/i,
    (_all, scheme, user) => scheme + encodeURIComponent(user),
  );
  const url = urlOf(decoded === null ? encoded : `ss://${decoded}${rest}`);
  if (url === null) return null;
  const pair =
    url.password === ''
      ? decodeBase64(decodePercent(url.username))
      : `${decodePercent(url.username)}:${decodePercent(url.password)}`;
  if (pair === null || !pair.includes(':')) return null;
  return { protocol: 'shadowsocks', ...url.address, name: url.name, credential: pair, params: url.params, text };
}

/** `vmess://BASE64(JSON)`, the form of v2rayN that every client reads. */
function parseVmess(text: string): ShareLink | null {
  const fields = vmessFields(text);
  if (fields === null) return null;
  const { add, port, id, ps, ...rest } = fields;
  const host = typeof add === 'string' ? add.trim() : '';
  const number = Number(port);
  if (host === '' || typeof id !== 'string' || id === '' || !isPort(number)) return null;
  const params = Object.entries(rest).flatMap(([key, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[key, String(value)] as const] : [],
  );
  return {
    protocol: 'vmess',
    host,
    port: number,
    name: typeof ps === 'string' ? ps : '',
    credential: id,
    params: Object.fromEntries(params),
    text,
  };
}

function vmessFields(text: string): Readonly<Record<string, unknown>> | null {
  const json = decodeBase64(text.slice('vmess://'.length));
  if (json === null) return null;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function urlOf(text: string) {
  // A scheme that URL knows nothing about gets no host parsing; http does.
  const [, after = ''] = /^[a-z0-9]+:\/\/(.*)$/is.exec(text) ?? [];
  const [body = '', fragment = ''] = splitOnce(after, '#');
  if (!URL.canParse(`http://${body}`)) return null;
  const url = new URL(`http://${body}`);
  const port = url.port === '' ? 80 : Number(url.port);
  if (url.hostname === '' || !/:\d+(?:[/?]|$)/.test(body.slice(body.lastIndexOf('@') + 1))) return null;
  return {
    address: { host: url.hostname.replace(/^\[|\]$/g, ''), port },
    username: url.username,
    password: url.password,
    name: decodePercent(fragment),
    params: Object.fromEntries(url.searchParams) as Record<string, string>,
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}

/** The text itself where it is not percent-encoded as it should be. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Base64 or base64url, padded or not; null if it is neither or holds no UTF-8 text. */
export function decodeBase64(text: string): string | null {
  const compact = text.replace(/\s+/g, '').replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '');
  if (compact === '' || !/^[A-Za-z0-9+/]+$/.test(compact)) return null;
  try {
    const bytes = Uint8Array.from(atob(compact), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function encodeBase64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
