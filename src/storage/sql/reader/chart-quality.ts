import type { Gap, SeriesQuery } from '../../../core/ledger/usage-history.ts';
import { type Quality, qualityOf, worseOf } from '../../../core/metering/quality.ts';
import type { Traffic } from '../../../core/units/bytes.ts';
import type { Buckets } from './buckets.ts';
import type { Statements } from './statements.ts';

/** One word per bucket of a chart line: from its flags, and from the gaps of the nodes that carry it. */
export function bucketQualities(
  buckets: Buckets,
  line: { readonly traffic: readonly (Traffic | null)[]; readonly flags: readonly number[] },
  gaps: readonly Gap[],
  nowMs: number,
): Quality[] {
  const times = gaps.map(({ from, to, reason, isLast }) => ({
    fromMs: from.getTime(),
    toMs: to?.getTime() ?? nowMs,
    fact: { reason, isOpen: to === null || isLast },
  }));
  return buckets.fromMs.map((fromMs, i) => {
    const toMs = buckets.fromMs[i + 1] ?? buckets.endMs;
    const flags = line.flags[i] ?? 0;
    const named = times
      .filter((time) => time.fromMs < toMs && time.toMs > fromMs)
      .reduce((worst, { fact }) => worseOf(worst, qualityOf(flags, fact)), qualityOf(flags));
    // Nothing is shown there, so nothing can be late.
    return line.traffic[i] === null && named !== 'tracking-off' ? 'gap' : named;
  });
}

/** Nodes that carry each of these lines; a line that is absent is carried by any node. What is returned takes the answer. */
export function carryingNodes(
  sql: Statements,
  by: SeriesQuery['by'],
  ids: readonly string[],
): () => Map<string, Set<string>> {
  const nodes = new Map<string, Set<string>>();
  if (by === 'total') return () => nodes;
  const rows = sql.later<{ line: string; node: string }>(CARRIED[by], { ids: JSON.stringify(ids) });
  // What belongs to nobody may come from any node.
  for (const id of ids) if (id !== 'others' && !(by === 'user' && id === 'none')) nodes.set(id, new Set());
  return () => {
    for (const { line, node } of rows.all()) nodes.get(line)?.add(node);
    return nodes;
  };
}

const CARRIED = {
  node: 'SELECT value AS line, value AS node FROM json_each(@ids)',
  protocol: `SELECT DISTINCT protocol AS line, node_id AS node FROM carrier
    WHERE node_id IS NOT NULL AND protocol IN (SELECT value FROM json_each(@ids))`,
  user: `SELECT DISTINCT b.user_id AS line, s.node_id AS node
    FROM binding b JOIN peer p ON p.id = b.peer_id JOIN vpn_service s ON s.id = p.service_id
    WHERE b.voided_by IS NULL AND b.user_id IN (SELECT value FROM json_each(@ids))`,
};
