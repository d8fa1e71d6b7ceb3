import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { SystemNotice } from '../core/inventory/node-operations.ts';
import { behindMs, type HistoryShipping } from '../core/ledger/history-shipping.ts';
import type { LedgerIncarnation } from '../core/ledger/incarnation.ts';
import { counted } from '../core/units/counted.ts';
import { readableBytes } from '../core/units/readable-bytes.ts';
import { reservePath } from '../storage/sqlite/disk-reserve.ts';
import type { Backups } from './backups.ts';
import type { Config } from './config.ts';
import type { WallTime } from './node-polling.ts';

type Notice = Omit<SystemNotice, 'key' | 'topic' | 'nodeId' | 'nodeName' | 'since'>;

const GIB = 1024 ** 3;
const WEEK_MS = 7 * 86_400_000;

/** True if other machines can reach the server: it listens beyond this machine, or is published under a domain. */
export function isPublic(config: Pick<Config, 'host' | 'publicUrl'>): boolean {
  return !isLoopback(config.host) || config.publicUrl !== null;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Anyone may send usage: counted, but marked `unverified`. Null unless that is so on a public address. */
export function openWebhookNotice(config: Config): Notice | null {
  if (config.webhookAuth !== 'open' || !isPublic(config)) return null;
  return {
    code: 'webhook-open',
    severity: 'warning',
    message: 'The webhook takes usage reports from anyone who can reach this server; they count as unverified.',
    hint: 'Create a token (xpert token create --name NAME --scope ingest), give it to the senders, then set XPERT_WEBHOOK_AUTH=key.',
  };
}

/** What the owner should know about the disk that holds the data folder; null = there is room. */
export async function diskNotice({ dataDir, databasePath, databaseUrl }: Config): Promise<Notice | null> {
  const { bavail, bsize, blocks } = await statfs(dataDir);
  const free = bavail * bsize;
  const share = bavail / blocks;
  if (free > GIB && (share > 0.05 || free > 10 * GIB)) return null;
  const isError = free < GIB / 5;
  const isReserveUsed = isError && databaseUrl === null && !existsSync(reservePath(databasePath));
  return {
    code: 'disk-almost-full',
    severity: isError ? 'error' : 'warning',
    message: `The disk with the data folder has ${readableBytes(free)} left${isReserveUsed ? ', and Xpert keeps no reserve on it any more' : ''}. When it is full, nothing can be counted.`,
    hint: 'Free space, or keep 15-minute records for fewer days (Settings, or XPERT_TRAFFIC_RETENTION_DAYS).',
  };
}

export function clockNotice(wallTime: WallTime): Notice | null {
  if (!wallTime.read().suspect) return null;
  return {
    code: 'clock-suspect',
    severity: 'warning',
    message: 'The clock of this machine jumped by more than five minutes; what is counted meanwhile is marked.',
    hint: 'Check the time service: timedatectl status',
  };
}

/** For a week after a restore: what it means for the numbers, and what waits for the owner. */
export function restoreNotice({ restores }: LedgerIncarnation, now: Date): Notice | null {
  const last = restores.at(-1);
  if (last === undefined || now.getTime() - last.at.getTime() > WEEK_MS) return null;
  const [from, to] = [last.missingFrom.toISOString(), last.at.toISOString()];
  return {
    code: 'restored',
    severity: 'warning',
    message: `The ledger was restored from a backup: reports answered between ${from} and ${to} are missing unless they were sent again.`,
    hint: 'Counters of nodes are caught up. Look through users, assignments and tokens: changes since the backup are gone, and tokens revoked since are valid again.',
  };
}

export function backupNotice(failure: { readonly at: Date; readonly message: string } | null): Notice | null {
  if (failure === null) return null;
  return {
    code: 'backup-failed',
    severity: 'error',
    message: `The automatic backup of ${failure.at.toISOString()} was not written: ${failure.message}`,
    hint: 'Write one by hand (xpert backup), or change the schedule (xpert backup schedule).',
  };
}

/** Old history is mirrored, and the mirror is behind. What is shown is right all the same. */
export function shippingNotice(shipping: HistoryShipping | null, now: Date): Notice | null {
  const ms = shipping === null ? null : behindMs(shipping, now);
  if (shipping === null || ms === null) return null;
  const { failure } = shipping;
  const behind = ms < 60_000 ? '' : ` It is behind by ${inWords(ms)}.`;
  return {
    code: 'history-behind',
    severity: 'warning',
    message: `History is not shipped to ClickHouse${failure === null ? ' as fast as it changes' : ''}.${behind} PostgreSQL answers for what is missing there.${failure === null ? '' : ` ${failure.message}`}`,
    hint: failure?.hint ?? 'Look at the load of ClickHouse and PostgreSQL, and at the log of Xpert.',
  };
}

function inWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return counted(minutes, 'minute');
  return minutes < 2_880 ? `${Math.floor(minutes / 60)} hours` : `${Math.floor(minutes / 1_440)} days`;
}

interface ProductState {
  readonly config: Config;
  readonly wallTime: WallTime;
  readonly store: { readonly incarnation: LedgerIncarnation; shipping(): Promise<HistoryShipping | null> };
  readonly backups: Pick<Backups, 'failure'>;
  readonly now: Date;
}

/** What the owner should know about the product itself, beside its nodes. */
export async function productNotices(of: ProductState): Promise<SystemNotice[]> {
  const found = [
    openWebhookNotice(of.config),
    await diskNotice(of.config),
    clockNotice(of.wallTime),
    restoreNotice(of.store.incarnation, of.now),
    backupNotice(of.backups.failure),
    shippingNotice(await of.store.shipping(), of.now),
  ];
  return found
    .filter((notice) => notice !== null)
    .map((notice) => ({ ...notice, key: notice.code, topic: notice.code, nodeId: null, nodeName: null, since: null }));
}
