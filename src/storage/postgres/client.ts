import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { serverAddresses } from '../../lib/server-addresses.ts';
import { ADDRESS_UNUSABLE, NO_PRIMARY } from './socket-messages.ts';

interface ClientOptions {
  /** Shown in `pg_stat_activity`. */
  readonly name?: string;
  /** How long an answer may take, ms; 0: as long as it needs. */
  readonly answerMs?: number;
}

/** A connection, and the address of its server alone. */
export interface Reached {
  readonly client: pg.Client;
  readonly url: string;
}

/** How long the other servers may take to say what they are once one of them took the connection, ms. */
const OTHERS_MS = 500;

/**
 * Connects to the server that an address names; of several to the primary, whichever it is now. All are asked at once, so
 * that one whose machine is gone holds nobody up. Of two that take writes (one that came back after another took its place)
 * it is the one that was promoted last. What happens to the connection later is told to who waits for an answer.
 * @throws Error `ADDRESS_UNUSABLE`: the files that the address names are read here; `NO_PRIMARY`; what `pg` says
 */
export async function connectToPrimary(url: string, timeoutMs: number, options: ClientOptions = {}): Promise<Reached> {
  const addresses = serverAddresses(url);
  const only = addresses[0] as string;
  if (addresses.length === 1) return { client: await connected(only, timeoutMs, options), url: only };
  const primaries: Primary[] = [];
  const failures: Failure[] = [];
  let isOver = false;
  const asked = addresses.map(async (address) => {
    try {
      const primary = await primaryAt(address, timeoutMs, options);
      if (isOver) primary.client.end().catch(() => {});
      else primaries.push(primary);
    } catch (error) {
      failures.push(error as Failure);
    }
  });
  const all = Promise.all(asked).then(() => {});
  await Promise.race([all, ...asked.map((each) => each.then(() => (primaries.length > 0 ? delay(OTHERS_MS) : all)))]);
  isOver = true;
  const [newest, ...others] = primaries.sort((a, b) => (a.timeline < b.timeline ? 1 : -1));
  for (const { client } of others) client.end().catch(() => {});
  if (newest === undefined) throw noneOf(failures);
  return newest;
}

interface Primary extends Reached {
  /** Eight digits: it grows with each promotion. */
  readonly timeline: string;
}

const TIMELINE = `SELECT CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline`;

async function primaryAt(url: string, timeoutMs: number, options: ClientOptions): Promise<Primary> {
  const client = await connected(url, timeoutMs, options);
  try {
    const { rows } = await client.query<{ timeline: string | null }>(TIMELINE);
    const timeline = rows[0]?.timeline ?? null;
    if (timeline !== null) return { client, url, timeline };
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
  client.end().catch(() => {});
  throw Object.assign(new Error('one that can be reached is a standby'), { code: NO_PRIMARY });
}

/** To the server of an address that names one. */
export async function connected(url: string, timeoutMs: number, options: ClientOptions = {}): Promise<pg.Client> {
  const client = newClient(url, timeoutMs, options);
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
}

function newClient(url: string, connectionTimeoutMillis: number, { name = 'xpert', answerMs = 0 }: ClientOptions) {
  try {
    return new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis,
      application_name: name,
      ...(answerMs > 0 ? { query_timeout: answerMs } : {}),
    });
  } catch (error) {
    throw Object.assign(new Error((error as Error).message), { code: ADDRESS_UNUSABLE });
  }
}

interface Failure extends Error {
  readonly code?: string | undefined;
}

/** One that is a standby let us in: then that is what is wrong, whatever else the others say. */
function noneOf(failures: readonly Failure[]): Failure {
  const first = failures.find(({ code }) => code === NO_PRIMARY) ?? (failures[0] as Failure);
  const said = failures.map(({ message, code }) => message || code || 'unknown reason');
  return Object.assign(new Error([...new Set(said)].join('; ')), { code: first.code });
}
