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

/**
 * Gaps of the nodes that an export is about, a day at a time and in order: a year of a node that flaps has too many of them to be
 * held, or to be gone through for every day.
 */
export class ExportGaps {
  readonly #sql: Statements;
  readonly #nowMs: number;
  readonly #where: string;
  readonly #params: Params;
  #gaps: readonly NodeGap[] = [];
  /** Those that begin before are read; null: none are. */
  #readToMs: number | null = null;

  constructor(sql: Statements, { period, userId, nodeId, now }: ExportQuery, who: Visibility) {
    this.#sql = sql;
    this.#nowMs = now.getTime();
    const whose = [
      ...(userId === null ? [] : ['b.user_id = @userId']),
      ...(who.kind === 'all' ? [] : [`b.user_id IN (SELECT u.id FROM user u WHERE ${OWNED})`]),
    ];
    this.#where = [
      ...(nodeId === null ? [] : ['AND gap.node_id = @nodeId']),
      ...(whose.length === 0 ? [] : [`AND gap.node_id IN (${NODES_OF} AND ${whose.join(' AND ')})`]),
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

  /** Goes on to a later day. */
  enter({ fromMs, toMs }: Day): void {
    const params = { ...this.#params, from: fromMs, to: toMs, now: this.#nowMs };
    const sinceMs = this.#readToMs;
    const begun =
      sinceMs === null
        ? this.#sql.all<GapRow>(`${GAPS} FROM gap WHERE gap.from_at < @to ${OVER} ${this.#where}`, params)
        : this.#sql.all<GapRow>(`${GAPS} ${BEGUN_SINCE} ${OVER} ${this.#where}`, { ...params, since: sinceMs });
    const older = this.#gaps.filter((gap) => gap.toMs > fromMs);
    this.#gaps = [...older, ...begun.map(toGap)].sort(inOrder);
    this.#readToMs = toMs;
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

const GAPS = `SELECT gap.node_id AS nodeId, (SELECT name FROM node WHERE id = gap.node_id) AS nodeName, gap.from_at AS fromMs,
  ifnull(gap.to_at, @now) AS toMs, iif(gap.to_at IS NULL, 1, ${IS_LAST_GAP}) AS isOpen, gap.reason`;
const OVER = 'AND ifnull(gap.to_at, @now) > @from';
/** Node by node, as the index has them. */
const BEGUN_SINCE = `FROM node CROSS JOIN gap ON gap.node_id = node.id
  WHERE gap.from_at >= @since AND gap.from_at < @to`;

function toGap({ isOpen, reason, ...gap }: GapRow): NodeGap {
  return { ...gap, quality: qualityOfGap({ reason, isOpen: isOpen === 1 }) };
}

function inOrder(a: NodeGap, b: NodeGap): number {
  if (a.nodeId !== b.nodeId) return a.nodeId < b.nodeId ? -1 : 1;
  return a.fromMs - b.fromMs;
}

interface GapRow extends Omit<NodeGap, 'quality'> {
  readonly isOpen: number;
  readonly reason: string;
}

/** Nodes on which users had a peer in the period. */
const NODES_OF = `SELECT s.node_id FROM binding b JOIN peer p ON p.id = b.peer_id JOIN vpn_service s ON s.id = p.service_id
  WHERE b.voided_by IS NULL AND b.from_at < @periodTo AND ifnull(b.to_at, @periodTo) > @periodFrom`;
