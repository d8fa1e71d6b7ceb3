import type { HistoryPlace } from '../core/settings/operations.ts';
import { serverAddresses } from '../lib/server-addresses.ts';
import { eachHost } from '../lib/several-hosts.ts';
import { InvalidConfig } from './invalid-config.ts';

/** An address of a database, as `XPERT_DATABASE_URL` has it. `option`: where it was given. @throws InvalidConfig */
export function readDatabaseAddress(got: string, option: string): string {
  return readDatabaseUrl(got, option) as string;
}

/** The same as `XPERT_CLICKHOUSE_URL` and `XPERT_CLICKHOUSE_CLUSTER` have it. @throws InvalidConfig */
export function readHistoryPlace(got: string, cluster: string | null, option: string): HistoryPlace {
  const url = readClickHouseUrl(got, '', cluster, option) as string;
  return { url, cluster: readClickHouseCluster(cluster, got, `${option}-cluster`) };
}

export function readClickHouseUrl(
  got: string | null,
  databaseUrl: string | null,
  cluster: string | null,
  name = 'XPERT_CLICKHOUSE_URL',
): string | null {
  if (got === null) return null;
  // Values are not shown: they hold passwords.
  if (databaseUrl === null) {
    const wants =
      'left out where XPERT_DATABASE_URL is not set: ClickHouse mirrors the history of a ledger in PostgreSQL';
    throw new InvalidConfig(name, '…', wants);
  }
  try {
    const servers = eachHost(got);
    if (servers.every(isClickHouse)) {
      if (servers.length === 1 || cluster !== null) return got;
      throw new InvalidConfig(
        name,
        '…',
        `of one server where ${name.startsWith('-') ? `${name}-cluster` : 'XPERT_CLICKHOUSE_CLUSTER'} is not set`,
      );
    }
  } catch (error) {
    if (error instanceof InvalidConfig) throw error;
    // Told below.
  }
  throw new InvalidConfig(name, '…', 'like http://USER:PASSWORD@HOST:8123/DATABASE');
}

/** @throws URIError where a percent sign stands for itself */
function isClickHouse({ protocol, hostname, pathname, search, hash, username, password }: URL): boolean {
  decodeURIComponent(username + password);
  const isDatabase = /^\/[A-Za-z_][A-Za-z0-9_]*$/.test(pathname);
  return /^https?:$/.test(protocol) && hostname !== '' && isDatabase && search === '' && hash === '';
}

export function readClickHouseCluster(
  got: string | null,
  url: string | null,
  name = 'XPERT_CLICKHOUSE_CLUSTER',
): string | null {
  if (got === null) return null;
  if (url === null) throw new InvalidConfig(name, got, 'left out where XPERT_CLICKHOUSE_URL is not set');
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(got)) return got;
  throw new InvalidConfig(name, got, 'the name of a cluster: letters, digits and _');
}

export function readDatabaseUrl(got: string | null, name = 'XPERT_DATABASE_URL'): string | null {
  if (got === null) return null;
  try {
    const isFit = serverAddresses(got).every((address) => {
      const { protocol, pathname, searchParams } = new URL(address);
      const wants = searchParams.get('target_session_attrs') ?? 'primary';
      return /^postgres(ql)?:$/.test(protocol) && pathname.length > 1 && /^(primary|read-write)$/.test(wants);
    });
    if (isFit) return got;
  } catch {
    // Told below.
  }
  // The value is not shown: it holds a password.
  const wants = 'like postgres://USER:PASSWORD@HOST:5432/DATABASE (or HOST:5432,HOST2:5432; only a primary will do)';
  throw new InvalidConfig(name, '…', wants);
}

/** An address without its password. */
export function withoutPassword(url: string): string {
  // To the last @: passwords may hold one.
  return url.replace(/^([a-z]+:\/\/[^:/]*):[^/]*@/i, '$1@');
}
