import type { CheckDay, StoredFigure } from '../../core/ledger/reconciliation-store.ts';
import type { CheckState } from '../../core/metering/reconcile.ts';
import type { Traffic } from '../../core/units/bytes.ts';
import type { AdminId, NodeId, ServiceId } from '../../core/units/ids.ts';
import { toTraffic } from './rows.ts';

export const AMOUNT_PARTS = ['rx', 'tx', 'undirected'] as const;

type Amount = 'own' | 'least' | 'most' | 'peer';
type AmountColumns = { readonly [K in `${Amount}_${(typeof AMOUNT_PARTS)[number]}`]: bigint };

/** The three columns of an amount, in the order of `AMOUNT_PARTS`. */
export function toAmounts({ rx, tx, total }: Traffic): bigint[] {
  return rx === null || tx === null ? [0n, 0n, total] : [rx, tx, 0n];
}

function amountOf(row: AmountColumns, name: Amount): Traffic {
  return toTraffic({ rx: row[`${name}_rx`], tx: row[`${name}_tx`], undirected: row[`${name}_undirected`] });
}

/** A row of `reconcile_state`, read with safe integers. */
export interface CheckRow extends AmountColumns {
  readonly name: string;
  readonly start_evidence: string | null;
  readonly at: bigint;
  readonly tracking_period: bigint;
}

export function toCheckState(row: CheckRow): CheckState {
  return {
    name: row.name,
    startEvidence: row.start_evidence,
    at: new Date(Number(row.at)),
    traffic: amountOf(row, 'own'),
    least: amountOf(row, 'least'),
    most: amountOf(row, 'most'),
    peers: amountOf(row, 'peer'),
  };
}

/** A row of `reconcile_day`, read with safe integers. */
export interface CheckDayRow extends AmountColumns {
  readonly day: bigint;
  readonly service_id: string;
  readonly name: string;
  readonly checked_ms: bigint;
  readonly peers: bigint;
}

export function toCheckDay(row: CheckDayRow): CheckDay {
  return {
    day: Number(row.day),
    serviceId: row.service_id === '' ? null : (row.service_id as ServiceId),
    name: row.name,
    sum: {
      own: amountOf(row, 'own'),
      least: amountOf(row, 'least'),
      most: amountOf(row, 'most'),
      peers: amountOf(row, 'peer'),
      seconds: Number(row.checked_ms) / 1000,
      peerCount: Number(row.peers),
    },
  };
}

/** A row of `provider_figure`, read with safe integers. */
export interface FigureRow {
  readonly id: bigint;
  readonly node_id: NodeId;
  readonly first_day: bigint;
  readonly last_day: bigint;
  readonly direction: StoredFigure['direction'];
  readonly bytes: bigint;
  readonly note: string;
  readonly at: bigint;
  readonly admin_id: AdminId | null;
}

export function toFigure(row: FigureRow): StoredFigure {
  return {
    id: String(row.id),
    nodeId: row.node_id,
    firstDay: Number(row.first_day),
    lastDay: Number(row.last_day),
    direction: row.direction,
    bytes: row.bytes,
    note: row.note,
    at: new Date(Number(row.at)),
    by: row.admin_id,
  };
}
