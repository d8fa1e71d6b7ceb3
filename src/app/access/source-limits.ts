import type { AccessStore } from '../../core/access/access-store.ts';
import {
  isNewState,
  judgeSourceLimit,
  type SourceLimitPeer,
  type SourceLimitState,
} from '../../core/access/source-limit.ts';
import type { UsageHistory } from '../../core/ledger/usage-history.ts';
import type { OwnLimit, Poll } from '../../core/metering/collector.ts';
import type { NodeId, PeerId } from '../../core/units/ids.ts';

interface Dependencies {
  readonly store: Pick<AccessStore, 'sourceLimits' | 'noteSourceLimits'>;
  readonly history: Pick<UsageHistory, 'movedElsewhere' | 'doubtedSince'>;
  readonly now: () => Date;
}

type Limits = ReadonlyMap<string, OwnLimit | null>;

/** Accounts asked for at once. */
const AT_ONCE = 1_000;

/**
 * Holds the limits that a source keeps for its peers over all that their users moved: judged after each of its readings.
 * Peers that a reading does not show keep what is remembered of them. @returns how many are judged otherwise than before
 */
export async function judgeSourceLimits(use: Dependencies, nodeId: NodeId, { services }: Poll): Promise<number> {
  // Told of all peers or of none: a look at the first spares the others of most sources.
  if (services.every(({ peers }) => peers.at(0)?.ownLimit === undefined)) return 0;
  const limits: Limits = new Map(
    services.flatMap(({ peers }) => Array.from(peers, ({ key, ownLimit = null }) => [key, ownLimit] as const)),
  );
  const peers = (await use.store.sourceLimits(nodeId)).filter(({ key }) => limits.has(key));
  const notes: { peerId: PeerId; state: SourceLimitState | null }[] = [];
  for (let at = 0; at < peers.length; at += AT_ONCE) {
    const part = peers.slice(at, at + AT_ONCE);
    const states = await judge(use, nodeId, part, limits);
    part.forEach(({ peerId, state: before }, n) => {
      const state = states[n] ?? null;
      if (isNewState(state, before)) notes.push({ peerId, state });
    });
  }
  if (notes.length > 0) await use.store.noteSourceLimits(notes);
  return notes.length;
}

async function judge(
  { history, now }: Dependencies,
  nodeId: NodeId,
  peers: readonly SourceLimitPeer[],
  limits: Limits,
): Promise<(SourceLimitState | null)[]> {
  const limited = peers.filter(({ key }) => limits.get(key) !== null).map(({ key }) => key);
  const moved = limited.length === 0 ? null : await history.movedElsewhere(nodeId, limited);
  const states: (SourceLimitState | null)[] = [];
  for (const { key, state } of peers) {
    const limit = limits.get(key) ?? null;
    const elsewhere = moved?.get(key);
    states.push(
      limit === null || elsewhere === undefined
        ? null
        : await judgeSourceLimit(limit, elsewhere, state, now(), (userId, since) =>
            history.doubtedSince(userId, since),
          ),
    );
  }
  return states;
}
