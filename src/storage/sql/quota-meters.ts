import type { Terms } from '../../core/quota/plan.ts';
import type { CycleBounds } from '../../core/units/billing-cycle.ts';
import type { UserId } from '../../core/units/ids.ts';
import { addTo, type MutableUsage, noSums } from './quota-usage.ts';

/** Read with safe integers. */
export interface MeterRow {
  readonly id: bigint;
  readonly quota: string;
  readonly firstDay: bigint | null;
  readonly rx: bigint;
  readonly tx: bigint;
  readonly undirected: bigint;
  readonly markup: bigint;
  readonly dRx: bigint;
  readonly dTx: bigint;
  readonly dUndirected: bigint;
  readonly dMarkup: bigint;
  readonly carried: bigint;
  readonly toppedUp: bigint;
}

const columns = `id, quota, first_day AS firstDay, rx, tx, undirected, markup, doubted_rx AS dRx, doubted_tx AS dTx,
  doubted_undirected AS dUndirected, doubted_markup AS dMarkup, carried, topped_up AS toppedUp`;

export const SELECT_METERS = `SELECT ${columns} FROM quota_meter`;

/** Of several users: whose each is stands with it. */
export const SELECT_USERS_METERS = `SELECT user_id AS userId, ${columns} FROM quota_meter`;

export interface UsersMeterRow extends MeterRow {
  readonly userId: UserId;
}

/** The meters of each user, in the order in which they came. */
export function metersByUser(rows: Iterable<UsersMeterRow>): Map<UserId, MeterRow[]> {
  const meters = new Map<UserId, MeterRow[]>();
  for (const row of rows) {
    const ofUser = meters.get(row.userId);
    if (ofUser === undefined) meters.set(row.userId, [row]);
    else ofUser.push(row);
  }
  return meters;
}

/** Meters of all quotas for the running cycle, in their order; null where one is missing or of another cycle. */
export function metersOf(
  rows: readonly MeterRow[],
  { quotas }: Terms,
  cycle: CycleBounds | null,
): { readonly usage: MutableUsage[]; readonly ids: number[] } | null {
  if (rows.length !== quotas.length) return null;
  const usage: MutableUsage[] = [];
  const ids: number[] = [];
  for (const { name } of quotas) {
    const row = rows.find(({ quota }) => quota === name);
    if (row === undefined || dayOf(row) !== (cycle?.firstDay ?? null)) return null;
    ids.push(Number(row.id));
    usage.push(toUsage(row));
  }
  return { usage, ids };
}

function dayOf({ firstDay }: MeterRow): number | null {
  return firstDay === null ? null : Number(firstDay);
}

function toUsage(row: MeterRow): MutableUsage {
  const { rx, tx, undirected, markup, carried, toppedUp } = row;
  const doubted = noSums();
  addTo(doubted, { rx: row.dRx, tx: row.dTx, undirected: row.dUndirected, markup: row.dMarkup });
  return { sums: { rx, tx, undirected, markup }, doubted, carried, toppedUp };
}
