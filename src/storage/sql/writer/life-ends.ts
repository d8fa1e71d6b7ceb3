import { FLAG } from '../../../core/metering/flags.ts';
import type { Database } from '../database.ts';
import type { CounterRow } from './counter-row.ts';
import { type MeteredPeer, type MeterStates, removeCounter } from './meter-states.ts';
import type { ServicePoll } from './polled-services.ts';

/**
 * So long the counter of a connection that is over stays: were it shown once more (a status file from before), only what
 * it grew by counts. Then its row goes; what was booked of it stays.
 */
export const CONNECTION_KEPT_MS = 86_400_000;

/** Ends the lives that a poll showed to be over, and forgets connections that were over long ago. */
export class LifeEnds {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #states: MeterStates;

  constructor(db: Database, states: MeterStates) {
    this.#states = states;
    this.#sql = prepare(db);
  }

  /** A complete poll of a source that shows all it has ends what it does not show. One life per step. */
  *afterPoll(service: ServicePoll): Generator<void, void> {
    const { context, poll, isStale } = service;
    if (isStale || !poll.poll.complete || context.semantics.absence !== 'ended') return;
    for (const [peer, counter] of absentFrom(service)) {
      if (!counter.ended) this.end(service, peer, counter, this.unseenSinceMs(service, counter));
      else this.#forget(peer, counter);
      yield;
    }
  }

  /** Last reading of a life before this poll; the poll's own instant if there was none. */
  unseenSinceMs({ context, atMs }: ServicePoll, counter: CounterRow | undefined): number {
    const lastReadMs = Math.max(counter?.atMs ?? 0, context.lastCompleteAt?.getTime() ?? 0);
    return lastReadMs === 0 ? atMs : Math.min(lastReadMs, atMs);
  }

  /** What came after the last reading of a life is not known: its interval is kept as a possible loss. */
  end(service: ServicePoll, peer: MeteredPeer, counter: CounterRow, fromMs: number): void {
    const { context, poll, atMs, number } = service;
    // Once for all connections of a peer that ended between two polls.
    this.#sql.addLoss.run({ peer: peer.id, fromMs, toMs: atMs, flags: FLAG.possibleLoss });
    if (context.semantics.kind === 'session') {
      // The peer lives on: it is only not connected.
      counter.ended = true;
      counter.atMs = atMs;
      this.#states.save(counter);
      this.#sql.seePeer.run(fromMs, peer.id);
      return;
    }
    counter.end(atMs, poll.poll.order ?? null);
    this.#states.save(counter);
    if (peer.seenIn === number || peer.ended) return;
    peer.ended = true;
    this.#sql.endPeer.run(atMs, fromMs, peer.id);
  }

  #forget(peer: MeteredPeer, counter: CounterRow): void {
    this.#sql.removeCounter.run(counter.id);
    removeCounter(peer, counter);
  }
}

/** Lives that go on as far as we know, and connections that were over long ago. */
function absentFrom({ meter, number, context, atMs }: ServicePoll): [MeteredPeer, CounterRow][] {
  const forgottenMs = context.semantics.kind === 'session' ? atMs - CONNECTION_KEPT_MS : Number.NEGATIVE_INFINITY;
  const absent: [MeteredPeer, CounterRow][] = [];
  const look = (peer: MeteredPeer, counter: CounterRow) => {
    if (counter.seenIn !== number && (!counter.ended || counter.atMs < forgottenMs)) absent.push([peer, counter]);
  };
  for (const peer of meter.peers.values()) {
    if (peer.counter !== null) look(peer, peer.counter);
    if (peer.connections !== null) for (const counter of peer.connections.values()) look(peer, counter);
  }
  return absent;
}

function prepare(db: Database) {
  return {
    addLoss: db.prepare(
      `INSERT INTO loss (peer_id, from_at, to_at, flags) SELECT @peer, @fromMs, @toMs, @flags WHERE NOT EXISTS (
         SELECT 1 FROM loss WHERE peer_id = @peer AND from_at = @fromMs AND to_at = @toMs AND flags = @flags)`,
    ),
    endPeer: db.prepare('UPDATE peer SET ended_at = ?, last_seen_at = max(last_seen_at, ?) WHERE id = ?'),
    seePeer: db.prepare('UPDATE peer SET last_seen_at = max(last_seen_at, ?) WHERE id = ?'),
    removeCounter: db.prepare('DELETE FROM counter WHERE id = ?'),
  };
}
