import type { ExportQuery, ExportTime } from '../../../core/ledger/usage-export.ts';
import type { Visibility } from '../../../core/ledger/usage-history.ts';
import { type Quality, qualityOfGap, worseOf } from '../../../core/metering/quality.ts';
import type { Day } from '../../../core/units/calendar.ts';
import { IS_LAST_GAP, OWNED, type Params, type Statements } from './statements.ts';

/** A time of a node that has no complete reading. */
interface NodeGap {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly quality: Quality;
}

/** What is known of a node in a bucket. */
export interface NodeState {
  readonly name: string;
  readonly quality: Quality;
}

/** Gaps of the nodes that an export is about, a day at a time: a year of a node that flaps has too many of them to be held. */
export class ExportGaps {
  readonly #sql: Statements;
  readonly #nowMs: number;
  readonly #where: string;
  readonly #params: Params;
  #gaps: readonly NodeGap[] = [];

  constructor(sql: Statements, { period, userId, nodeId, now }: ExportQuery, who: Visibility) {
    this.#sql = sql;
    this.#nowMs = now.getTime();
    const whose = [
      ...(userId === null ? [] : ['b.user_id = @userId']),
      ...(who.kind === 'all' ? [] : [`b.user_id IN (SELECT u.id FROM user u WHERE ${OWNED})`]),
    ];
    this.#where = [
      ...(nodeId === null ? [] : ['AND node_id = @nodeId']),
      ...(whose.length === 0 ? [] : [`AND node_id IN (${NODES_OF} AND ${whose.join(' AND ')})`]),
    ].join(' ');
    this.#params = {
      ...(userId === null ? {} : { userId }),
      ...(nodeId === null ? {} : { nodeId }),
      ...(who.kind === 'all' ? {} : { owner: who.adminId }),
      ...(whose.length === 0 ? {} : { periodFrom: period.from.getTime(), periodTo: period.to.getTime() }),
    };
  }

  /** When the first one begins that reaches into the period; null: there is none. */
  firstMs({ from, to }: ExportQuery['period']): number | null {
    const params = { ...this.#params, from: from.getTime(), to: to.getTime(), now: this.#nowMs };
    return (
      this.#sql.get<{ ms: number | null }>(
        `SELECT min(from_at) AS ms FROM gap WHERE from_at < @to AND ifnull(to_at, @now) > @from ${this.#where}`,
        params,
      )?.ms ?? null
    );
  }

  /** Goes on to another day. */
  enter({ fromMs, toMs }: Day): void {
    const rows = this.#sql.all<GapRow>(
      `SELECT node_id AS nodeId, (SELECT name FROM node WHERE id = gap.node_id) AS nodeName, from_at AS fromMs,
         ifnull(to_at, @now) AS toMs, iif(to_at IS NULL, 1, ${IS_LAST_GAP}) AS isOpen, reason
       FROM gap WHERE from_at < @to AND ifnull(to_at, @now) > @from ${this.#where} ORDER BY node_id, from_at`,
      { ...this.#params, from: fromMs, to: toMs, now: this.#nowMs },
    );
    this.#gaps = rows.map(({ isOpen, reason, ...gap }) => ({
      ...gap,
      quality: qualityOfGap({ reason, isOpen: isOpen === 1 }),
    }));
  }

  /** Nodes with a gap in a bucket of that day, by their ids. */
  of({ fromMs, toMs }: ExportTime): Map<string, NodeState> {
    const states = new Map<string, NodeState>();
    for (const gap of this.#gaps) {
      if (gap.fromMs >= toMs || gap.toMs <= fromMs) continue;
      const quality = worseOf(gap.quality, states.get(gap.nodeId)?.quality ?? 'measured');
      states.set(gap.nodeId, { name: gap.nodeName, quality });
    }
    return states;
  }
}

interface GapRow extends Omit<NodeGap, 'quality'> {
  readonly isOpen: number;
  readonly reason: string;
}

/** Nodes on which users had a peer in the period. */
const NODES_OF = `SELECT s.node_id FROM binding b JOIN peer p ON p.id = b.peer_id JOIN vpn_service s ON s.id = p.service_id
  WHERE b.voided_by IS NULL AND b.from_at < @periodTo AND ifnull(b.to_at, @periodTo) > @periodFrom`;
