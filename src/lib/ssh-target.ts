import { isIPv6 } from 'node:net';

/** Where `ssh` goes: a host, or a name of the ssh configuration. */
export interface SshTarget {
  readonly user: string | null;
  /** Without brackets. */
  readonly host: string;
  /** Null: what the ssh configuration says, else 22. */
  readonly port: number | null;
}

const USER = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;
const HOST = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/;
const ZONE = /^[A-Za-z0-9._-]{1,15}$/;

/**
 * Reads `[user@]host[:port]`; an IPv6 address with a port stands in brackets. Nothing that it accepts can be taken for
 * an option of ssh or for a token of its configuration.
 */
export function parseSshTarget(text: string): SshTarget | null {
  const at = text.lastIndexOf('@');
  const user = at < 0 ? null : text.slice(0, at);
  if (user !== null && !USER.test(user)) return null;
  const place = splitPort(text.slice(at + 1));
  if (place === null) return null;
  const { host, port } = place;
  if (port !== null && (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535)) return null;
  if (!HOST.test(host) && !isAddress6(host)) return null;
  return { user, host, port: port === null ? null : Number(port) };
}

/** `user@host:port` again, with brackets where they are needed. */
export function formatSshTarget({ user, host, port }: SshTarget): string {
  const place = port === null ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return user === null ? place : `${user}@${place}`;
}

function splitPort(place: string): { readonly host: string; readonly port: string | null } | null {
  const bracketed = /^\[([^[\]]+)\](?::(.*))?$/.exec(place);
  if (bracketed !== null) {
    const [, host = '', port] = bracketed;
    return isAddress6(host) ? { host, port: port ?? null } : null;
  }
  if (isAddress6(place)) return { host: place, port: null };
  const colon = place.indexOf(':');
  return colon < 0 ? { host: place, port: null } : { host: place.slice(0, colon), port: place.slice(colon + 1) };
}

function isAddress6(text: string): boolean {
  const [address = '', zone] = text.split('%', 2);
  return isIPv6(address) && (zone === undefined || ZONE.test(zone));
}
