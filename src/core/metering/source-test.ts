import { SourceFailure } from '../errors.ts';
import type { NodeTest, Notice } from '../inventory/node-operations.ts';
import { addTraffic, NOTHING } from '../units/bytes.ts';
import type { Clock } from '../units/clock.ts';
import { type Collector, countPeers, type Poll } from './collector.ts';

/** What a test finds out beside the counters. */
export interface SourceFacts {
  readonly version: string | null;
  /** What the owner should know before counting begins; nothing is wrong. */
  readonly notes: readonly Notice[];
}

const NO_FACTS: SourceFacts = { version: null, notes: [] };

/** Reads a source once, as a poll would, and says what was found and what is in the way. Closes the collector. */
export async function testCollector(
  collector: Collector,
  clock: Clock,
  signal: AbortSignal,
  readFacts: () => Promise<SourceFacts> = async () => NO_FACTS,
): Promise<NodeTest> {
  const startedMs = clock.monotonicMs();
  const common = () => ({ durationMs: Math.round(clock.monotonicMs() - startedMs), setup: null, hostKey: null });
  try {
    const poll = await collector.collect(signal);
    const problems = poll.notices.map(({ code, message, hint = null }) => ({ code, message, hint, commands: [] }));
    return { ...common(), ok: poll.complete, found: summarizePoll(poll, await readFacts()), problems };
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    const { code, message, hint = null, details } = error;
    const commands = Array.isArray(details.commands) ? details.commands.map(String) : [];
    return { ...common(), ok: false, found: null, problems: [{ code, message, hint, commands }] };
  } finally {
    await collector.close();
  }
}

export function summarizePoll({ services }: Poll, facts = NO_FACTS): NonNullable<NodeTest['found']> {
  const shown = services.map(({ kind, name, listenPort = null, peers }) => {
    return { kind, name, listenPort, peers: countPeers(peers) };
  });
  return {
    ...facts,
    services: shown,
    peers: shown.reduce((sum, { peers }) => sum + peers, 0),
    bytes: services.flatMap(({ peers }) => [...peers]).reduce((sum, { traffic }) => addTraffic(sum, traffic), NOTHING),
  };
}
