import type { EntryEffect, EntryKind, HolderEffect, LedgerEntry, Rebinding } from '../../core/ledger/entry.ts';
import type { Traffic } from '../../core/units/bytes.ts';
import type { AdminId, EntryId, PeerId, UserId } from '../../core/units/ids.ts';
import { toDate } from './rows.ts';

export interface EntryRow {
  readonly rowId: number;
  readonly id: EntryId;
  readonly kind: EntryKind;
  readonly at: number;
  readonly by: AdminId | null;
  readonly reason: string;
  readonly quarantineId: number | null;
  readonly baselineId: number | null;
  readonly undoes: EntryId | null;
  readonly undoneBy: EntryId | null;
  readonly detail: string;
  readonly rebinding: string | null;
}

export const entryColumns = `e.id AS rowId, e.public_id AS id, e.kind, e.at, e.admin_id AS "by", e.reason,
  e.quarantine_id AS quarantineId, e.baseline_id AS baselineId, e.detail,
  (SELECT f.public_id FROM entry f WHERE f.id = e.undoes) AS undoes,
  (SELECT f.public_id FROM entry f WHERE f.undoes = e.id) AS undoneBy,
  (SELECT json_object('peerId', b.peer_id, 'userId', b.user_id, 'from', b.from_at, 'to', b.to_at)
    FROM rebinding b WHERE b.entry_id = e.id) AS rebinding`;

/** The entry that decided an item `x`, if it was not undone: `item` is the column of `entry` that names it. */
export function decisionOf(item: 'quarantine_id' | 'baseline_id', id: string): string {
  return `(SELECT max(e.id) FROM entry e WHERE e.${item} = ${id} AND e.undoes IS NULL
    AND NOT EXISTS (SELECT 1 FROM entry f WHERE f.undoes = e.id))`;
}

export function toEntry(row: EntryRow): LedgerEntry {
  const { id, kind, at, by, reason, quarantineId, baselineId, undoes, undoneBy } = row;
  const item =
    quarantineId !== null
      ? { kind: 'quarantine' as const, id: String(quarantineId) }
      : baselineId !== null
        ? { kind: 'baseline' as const, id: String(baselineId) }
        : null;
  const [effect, rebinding] = [effectFromText(row.detail), toRebinding(row.rebinding)];
  return { id, kind, at: new Date(at), by, reason, item, rebinding, effect, undoes, undoneBy };
}

function toRebinding(text: string | null): Rebinding | null {
  if (text === null) return null;
  const { peerId, userId, from, to } = JSON.parse(text) as SavedRebinding;
  return { peerId, userId, from: new Date(from), to: toDate(to) };
}

interface SavedRebinding {
  readonly peerId: PeerId;
  readonly userId: UserId | null;
  readonly from: number;
  readonly to: number | null;
}

/** Bytes as text, which JSON keeps exact. */
export function effectToText({ holders, from, to, ...effect }: EntryEffect): string {
  return JSON.stringify({
    ...effect,
    traffic: trafficToText(effect.traffic),
    estimated: String(effect.estimated),
    from: from?.getTime() ?? null,
    to: to?.getTime() ?? null,
    holders: holders.map(({ traffic, shownBefore, shownAfter, ...holder }) => ({
      ...holder,
      traffic: trafficToText(traffic),
      shownBefore: trafficToText(shownBefore),
      shownAfter: trafficToText(shownAfter),
    })),
  });
}

function effectFromText(text: string): EntryEffect {
  const saved = JSON.parse(text) as SavedEffect;
  return {
    ...saved,
    traffic: trafficFromText(saved.traffic),
    estimated: BigInt(saved.estimated),
    from: toDate(saved.from),
    to: toDate(saved.to),
    holders: saved.holders.map(({ traffic, shownBefore, shownAfter, ...holder }) => ({
      ...holder,
      traffic: trafficFromText(traffic),
      shownBefore: trafficFromText(shownBefore),
      shownAfter: trafficFromText(shownAfter),
    })),
  };
}

interface SavedTraffic {
  readonly rx: string | null;
  readonly tx: string | null;
  readonly total: string;
  readonly billed?: string;
}

type SavedHolder = Omit<HolderEffect, 'traffic' | 'shownBefore' | 'shownAfter'> & {
  readonly [K in 'traffic' | 'shownBefore' | 'shownAfter']: SavedTraffic;
};
type SavedEffect = Omit<EntryEffect, 'traffic' | 'holders' | 'from' | 'to' | 'estimated'> & {
  readonly traffic: SavedTraffic;
  readonly holders: readonly SavedHolder[];
  readonly from: number | null;
  readonly to: number | null;
  readonly estimated: string;
};

function trafficToText({ rx, tx, total, billed }: Traffic): SavedTraffic {
  const known = { rx: rx === null ? null : String(rx), tx: tx === null ? null : String(tx), total: String(total) };
  return billed === undefined ? known : { ...known, billed: String(billed) };
}

function trafficFromText({ rx, tx, total, billed }: SavedTraffic): Traffic {
  const known = { rx: rx === null ? null : BigInt(rx), tx: tx === null ? null : BigInt(tx), total: BigInt(total) };
  return billed === undefined ? known : { ...known, billed: BigInt(billed) };
}
