import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ExpectedError } from '../core/errors.ts';
import { serverAddresses } from '../lib/server-addresses.ts';
import { readClickHouseCluster, readClickHouseUrl, readDatabaseUrl } from './engine-addresses.ts';
import { hasOption, InvalidConfig } from './invalid-config.ts';

/** Read by the project's own tests and benches. */
function isOfProject(variable: string): boolean {
  return /^XPERT_(BENCH|TEST)_/.test(variable);
}

/** What was set from outside. Null = not set: the saved setting or the default holds. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute path of the SQLite file; not used where `databaseUrl` is set. */
  readonly databasePath: string;
  /** The PostgreSQL database that holds the ledger, with its password: never to be shown (`ledgerPlace`). */
  readonly databaseUrl: string | null;
  /** Where other processes on the same database reach this one, without a slash at the end; null: derived. */
  readonly processUrl: string | null;
  /** The ClickHouse database that mirrors history, with its password: never to be shown. Only beside `databaseUrl`. */
  readonly clickhouseUrl: string | null;
  /** Name of the ClickHouse cluster that is mirrored to; null: one server. */
  readonly clickhouseCluster: string | null;
  readonly trackingEnabled: boolean | null;
  readonly retentionDays: number | null;
  /** Public base of links and webhook addresses, `https://host[:port][/path]` without a slash at the end. */
  readonly publicUrl: string | null;
  readonly timeZone: string | null;
  /** Addresses, ranges or `loopback`, whose forwarding headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly legacyLinks: boolean;
  readonly firstAdmin: { readonly name: string; readonly password: string } | null;
  readonly webhookAuth: 'open' | 'key';
  readonly publicSummary: boolean;
  /** Names of the variables that were set. */
  readonly fromEnvironment: readonly string[];
  /** Of these, names that nothing reads: misspelt, or of another version. */
  readonly unknownVariables: readonly string[];
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment and `.env` of the working directory; the environment wins. @throws InvalidConfig */
export function readConfig(environment: Variables = process.env, cwd: string = process.cwd()): Config {
  const variables = variablesOf(environment, cwd);
  const known = new Set(['XPERT_ADMIN_PASSWORD']);
  const value = (name: string) => {
    known.add(`XPERT_${name}`);
    return variables[`XPERT_${name}`]?.trim() || null;
  };
  const fromEnvironment = Object.keys(variables).filter((name) => name.startsWith('XPERT_'));
  const dataDir = resolve(cwd, value('DATA_DIR') ?? 'data');
  const databasePath = value('TRAFFIC_DB_PATH');
  const publicUrl = readDomain(value('DOMAIN'));
  return {
    host: value('HOST') ?? '127.0.0.1',
    port: readInteger('XPERT_PORT', value('PORT'), 0, 65_535) ?? 5001,
    dataDir,
    databasePath: databasePath === null ? resolve(dataDir, 'traffic_stats.db') : resolve(cwd, databasePath),
    databaseUrl: readDatabaseUrl(value('DATABASE_URL')),
    processUrl: readProcessUrl(value('PROCESS_URL')),
    clickhouseUrl: readClickHouseUrl(value('CLICKHOUSE_URL'), value('DATABASE_URL'), value('CLICKHOUSE_CLUSTER')),
    clickhouseCluster: readClickHouseCluster(value('CLICKHOUSE_CLUSTER'), value('CLICKHOUSE_URL')),
    trackingEnabled: readBoolean('XPERT_TRAFFIC_TRACKING_ENABLED', value('TRAFFIC_TRACKING_ENABLED')),
    retentionDays: readInteger('XPERT_TRAFFIC_RETENTION_DAYS', value('TRAFFIC_RETENTION_DAYS'), 0, 36_500),
    publicUrl,
    timeZone: readTimeZone(value('TIME_ZONE')),
    trustedProxies: readProxies(value('TRUSTED_PROXIES')) ?? (publicUrl === null ? [] : ['loopback']),
    legacyLinks: readBoolean('XPERT_LEGACY_LINKS', value('LEGACY_LINKS')) ?? false,
    firstAdmin: readFirstAdmin(value('ADMIN_USERNAME'), variables.XPERT_ADMIN_PASSWORD || null),
    webhookAuth: readWord('XPERT_WEBHOOK_AUTH', value('WEBHOOK_AUTH'), ['open', 'key'] as const) ?? 'open',
    publicSummary: readBoolean('XPERT_PUBLIC_SUMMARY', value('PUBLIC_SUMMARY')) ?? false,
    fromEnvironment,
    unknownVariables: fromEnvironment.filter((name) => !known.has(name) && !hasOption(name) && !isOfProject(name)),
  };
}

/** Values by their name without `XPERT_`; null = not set. For what is configured beside the server. */
export function readVariables(environment: Variables = process.env, cwd: string = process.cwd()) {
  const variables = variablesOf(environment, cwd);
  return (name: string): string | null => variables[`XPERT_${name}`]?.trim() || null;
}

function variablesOf(environment: Variables, cwd: string): Variables {
  return { ...readEnvFile(cwd), ...withoutEmpty(environment) };
}

function readEnvFile(cwd: string): Variables {
  try {
    return parseEnv(readFileSync(resolve(cwd, '.env'), 'utf8'));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    throw new ExpectedError('invalid-config', `The file ${resolve(cwd, '.env')} cannot be read.`, {
      hint: 'Make it readable for the user that runs Xpert, or remove it.',
      cause,
    });
  }
}

/** An empty variable counts as not set, so that it does not hide a line of `.env`. */
function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
}

function readInteger(name: string, got: string | null, least: number, most: number): number | null {
  if (got === null) return null;
  const number = Number(got);
  if (!/^\d+$/.test(got) || number < least || number > most)
    throw new InvalidConfig(name, got, `a whole number from ${least} to ${most}`);
  return number;
}

function readBoolean(name: string, got: string | null): boolean | null {
  if (got === null) return null;
  if (/^(true|1|yes|on)$/i.test(got)) return true;
  if (/^(false|0|no|off)$/i.test(got)) return false;
  throw new InvalidConfig(name, got, 'true or false (also 1/0, yes/no, on/off)');
}

function readWord<Word extends string>(name: string, got: string | null, words: readonly Word[]): Word | null {
  if (got === null) return null;
  const word = words.find((candidate) => candidate === got.toLowerCase());
  if (word === undefined) throw new InvalidConfig(name, got, words.join(' or '));
  return word;
}

function readTimeZone(got: string | null): string | null {
  if (got === null) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: got }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidConfig('XPERT_TIME_ZONE', got, 'the name of a time zone, for example Europe/Berlin or UTC');
  }
}

function readDomain(got: string | null): string | null {
  if (got === null) return null;
  const wants = 'a host name or an http(s) URL without query, for example vpn.example.org';
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(got) ? got : `https://${got}`);
    if (!/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')
      throw new InvalidConfig('XPERT_DOMAIN', got, wants);
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  } catch {
    throw new InvalidConfig('XPERT_DOMAIN', got, wants);
  }
}

function readProxies(got: string | null): readonly string[] | null {
  if (got === null) return null;
  const proxies = got.split(/[\s,]+/).filter((part) => part !== '');
  for (const proxy of proxies) {
    if (proxy === 'loopback') continue;
    const [address = '', bits, ...rest] = proxy.split('/');
    const family = isIP(address);
    const longest = family === 6 ? 128 : 32;
    const goodBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
    if (family === 0 || !goodBits || rest.length > 0)
      throw new InvalidConfig(
        'XPERT_TRUSTED_PROXIES',
        got,
        'IP addresses or ranges (10.0.0.0/8), or loopback, with commas',
      );
  }
  return proxies;
}

function readFirstAdmin(name: string | null, password: string | null): Config['firstAdmin'] {
  if (name === null && password === null) return null;
  if (name === null) throw new InvalidConfig('XPERT_ADMIN_USERNAME', '', 'set together with XPERT_ADMIN_PASSWORD');
  if (password === null) throw new InvalidConfig('XPERT_ADMIN_PASSWORD', '', 'set together with XPERT_ADMIN_USERNAME');
  return { name, password };
}

function readProcessUrl(got: string | null): string | null {
  if (got === null) return null;
  const wants = 'like http://10.0.0.5:5001, the address at which other Xpert processes reach this one';
  // Whoever writes a name in front of the host may have put a password there.
  const shown = got.includes('@') ? '…' : got;
  if (!URL.canParse(got)) throw new InvalidConfig('XPERT_PROCESS_URL', shown, wants);
  const { protocol, username, pathname, search, hash, origin } = new URL(got);
  const isPlain = /^https?:$/.test(protocol) && username === '' && pathname === '/' && search === '' && hash === '';
  if (!isPlain) throw new InvalidConfig('XPERT_PROCESS_URL', shown, wants);
  return origin;
}

/** The SQLite file that holds the ledger; null: PostgreSQL does. */
export function ledgerFile({ databasePath, databaseUrl }: Pick<Config, 'databasePath' | 'databaseUrl'>): string | null {
  return databaseUrl === null ? databasePath : null;
}

/** Where the ledger is, as it may be shown: a path, or an address without password. */
export function ledgerPlace({ databasePath, databaseUrl }: Pick<Config, 'databasePath' | 'databaseUrl'>): string {
  if (databaseUrl === null) return databasePath;
  const addresses = serverAddresses(databaseUrl).map((address) => new URL(address));
  const hosts = addresses.map(({ hostname, port, searchParams }) => {
    const host = hostname || searchParams.get('host') || 'localhost';
    return port === '' ? host : `${host}:${port}`;
  });
  const { username, pathname, searchParams } = addresses[0] as URL;
  const user = username || searchParams.get('user') || '';
  return `postgres://${user === '' ? '' : `${user}@`}${hosts.join(',')}${pathname}`;
}
