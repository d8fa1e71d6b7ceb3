import type { Period, QualitySubject } from '../../../core/ledger/usage-history.ts';
import { FLAG } from '../../../core/metering/flags.ts';
import {
  type QualityFact,
  type QualityInterval,
  qualityOf,
  qualityOfGap,
  qualityTimeline,
  reasonsOf,
} from '../../../core/metering/quality.ts';
import { QUARTER_MS, quarterOf, quarterStart } from '../../../core/units/quarter.ts';
import { IS_LAST_GAP, type Params, type Statements } from './statements.ts';

interface Place {
  readonly serviceId: string;
  readonly nodeId: string;
  /** First complete poll of the service; null: there was none. */
  readonly sinceMs: number | null;
}

/** Services that a subject's bytes come from; peers `p` of services `s`. */
const PLACES = {
  node: `SELECT DISTINCT s.id AS serviceId, s.node_id AS nodeId, s.first_complete_at AS sinceMs
    FROM vpn_service s WHERE s.node_id = @id`,
  peer: `SELECT s.id AS serviceId, s.node_id AS nodeId, s.first_complete_at AS sinceMs
    FROM peer p JOIN vpn_service s ON s.id = p.service_id WHERE p.id = @id`,
  user: `SELECT DISTINCT s.id AS serviceId, s.node_id AS nodeId, s.first_complete_at AS sinceMs
    FROM binding b JOIN peer p ON p.id = b.peer_id JOIN vpn_service s ON s.id = p.service_id
    WHERE b.user_id = @id AND b.voided_by IS NULL AND b.from_at < @to AND ifnull(b.to_at, @to) > @from`,
};

/** Peers in whose intervals bytes may be missing. */
const PEERS = {
  node: 'p.service_id IN (SELECT id FROM vpn_service WHERE node_id = @id)',
  peer: 'p.id = @id',
  user: `p.id IN (SELECT b.peer_id FROM binding b
    WHERE b.user_id = @id AND b.voided_by IS NULL AND b.from_at < l.to_at AND ifnull(b.to_at, l.to_at) > l.from_at)`,
};

/** Tallies whose records are looked up quarter by quarter: few of them, in a table with many others. */
const TALLIES = {
  peer: 'SELECT t.id FROM series s JOIN tally t ON t.series_id = s.id WHERE s.peer_id = @id',
  user: 'SELECT t.id FROM segment g JOIN tally t ON t.segment_id = g.id WHERE g.user_id = @id',
};

/** Names every moment of a node, a peer or a user by what is known of it. */
export class QualityReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  timeline(subject: QualitySubject, { from, to }: Period, nowMs: number): QualityInterval[] {
    const fromMs = from.getTime();
    const toMs = Math.min(to.getTime(), nowMs);
    if (fromMs >= toMs) return [];
    const params = { id: subject.id, from: fromMs, to: toMs };
    const places = this.#sql.all<Place>(PLACES[subject.kind], params);
    return qualityTimeline(fromMs, toMs, [
      ...unwatched(places, fromMs, toMs),
      ...this.#gaps(places, fromMs, toMs),
      ...this.#losses(subject, params),
      ...this.#records(subject, params),
    ]);
  }

  #gaps(places: readonly Place[], fromMs: number, toMs: number): QualityFact[] {
    const nodes = new Set(places.map(({ nodeId }) => nodeId));
    const rows = this.#sql.all<GapRow>(
      `SELECT node_id AS nodeId, from_at AS fromMs, to_at AS toMs, reason, ${IS_LAST_GAP} AS isLast FROM gap
       WHERE node_id IN (SELECT value FROM json_each(@nodes)) AND from_at < @to AND ifnull(to_at, @to) > @from`,
      { nodes: JSON.stringify([...nodes]), from: fromMs, to: toMs },
    );
    return rows.map(({ nodeId, reason, ...gap }) => ({
      fromMs: gap.fromMs,
      toMs: gap.toMs ?? toMs,
      quality: qualityOfGap({ reason, isOpen: gap.toMs === null || gap.isLast === 1 }),
      reason,
      nodeId,
    }));
  }

  #losses({ kind }: QualitySubject, params: Params): QualityFact[] {
    const rows = this.#sql.all<{ nodeId: string; fromMs: number; toMs: number; flags: number }>(
      `SELECT s.node_id AS nodeId, l.from_at AS fromMs, max(l.to_at) AS toMs, l.flags
       FROM loss l JOIN peer p ON p.id = l.peer_id JOIN vpn_service s ON s.id = p.service_id
       WHERE l.from_at < @to AND l.to_at > @from AND ${PEERS[kind]} GROUP BY s.node_id, l.from_at, l.flags`,
      params,
    );
    return rows.flatMap(({ fromMs, toMs, flags, nodeId }) => factsOf(flags | FLAG.possibleLoss, fromMs, toMs, nodeId));
  }

  #records(subject: QualitySubject, { id, from, to }: { id: string; from: number; to: number }): QualityFact[] {
    const params = { id, first: quarterOf(from), last: quarterOf(to - 1) };
    const rows =
      subject.kind === 'node'
        ? this.#sql.all<FlagRow>(
            `SELECT q.quarter, q.flags, c.node_id AS nodeId FROM carrier_quarter q JOIN carrier c ON c.id = q.carrier_id
             WHERE q.quarter BETWEEN @first AND @last AND q.flags <> 0 AND c.node_id = @id ORDER BY q.quarter`,
            params,
          )
        : this.#sql.all<FlagRow>(
            `WITH RECURSIVE quarter_number (quarter) AS (
               SELECT CAST(@first AS INTEGER) UNION ALL SELECT quarter + 1 FROM quarter_number WHERE quarter < @last)
             SELECT DISTINCT r.quarter, r.flags, c.node_id AS nodeId
             FROM (${TALLIES[subject.kind]}) mine CROSS JOIN quarter_number n
             CROSS JOIN record r ON r.quarter = n.quarter AND r.tally_id = mine.id AND r.flags <> 0
             JOIN tally t ON t.id = r.tally_id JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
             ORDER BY r.quarter`,
            params,
          );
    return rows.flatMap(({ quarter, flags, nodeId }) => {
      const startMs = quarterStart(quarter);
      return factsOf(flags, startMs, startMs + QUARTER_MS, nodeId);
    });
  }
}

interface GapRow {
  readonly nodeId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly reason: string;
  readonly isLast: number;
}

interface FlagRow {
  readonly quarter: number;
  readonly flags: number;
  readonly nodeId: string | null;
}

/** One fact per reason that the flags give, each with the word of its own. */
function factsOf(flags: number, fromMs: number, toMs: number, nodeId: string | null): QualityFact[] {
  const quality = qualityOf(flags);
  return reasonsOf(flags).map((reason) => ({ fromMs, toMs, quality, reason, nodeId }));
}

/** Before the first complete poll of any of its services nothing is known of a subject. */
function unwatched(places: readonly Place[], fromMs: number, toMs: number): QualityFact[] {
  if (places.length === 0) return [];
  const sinceMs = Math.min(...places.map((place) => place.sinceMs ?? toMs));
  if (sinceMs <= fromMs) return [];
  const nodeId = places.length === 1 ? (places[0]?.nodeId ?? null) : null;
  return [{ fromMs, toMs: Math.min(sinceMs, toMs), quality: 'gap', reason: 'not-watched-yet', nodeId }];
}
