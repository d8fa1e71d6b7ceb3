import type { Action, Answer } from './actions.ts';
import { addTo, type Bytes, type LedgerState, type ServiceModel } from './model-state.ts';
import type { Snapshot } from './world.ts';

const TIB = 1024n ** 4n;
const STEP_MS = 300_000;

type PollAction = Action & { readonly kind: 'poll' };

/** What the model of the ledger offers to that of the meter. */
interface Books {
  readonly state: LedgerState;
  book(source: { readonly peer: string }, carrier: string, bytes: Bytes, fromMs: number | null, toMs: number): unknown;
}

/** The rules of docs/counters.md for a source that is cumulative, falls to zero and shows all it has. */
export function recordPoll(books: Books, poll: PollAction, nowMs: number): Answer {
  const { snapshot, atMs, trackingPeriod } = poll;
  const { state } = books;
  if (!state.tracking || trackingPeriod < state.trackingPeriod) return 'tracking off';
  if (poll.second) return 'error source-identity-taken';
  const service = state.services.get(snapshot.node) ?? newService();
  state.services.set(snapshot.node, service);
  if (isStale(state, service, snapshot, atMs, nowMs)) return 'counted 0 0';
  if (!state.boots.includes(snapshot.bootId)) state.boots.push(snapshot.bootId);
  const sum = { rx: 0n, tx: 0n };
  for (const peer of snapshot.peers) {
    if (!state.owners.has(peer.key)) state.owners.set(peer.key, { user: null, bindings: [] });
    const counted = readPeer(state, service, peer.key, { rx: peer.rx, tx: peer.tx }, poll);
    if (counted !== null) bookPeer(books, poll, peer.key, counted, sum);
  }
  service.last = { bootId: snapshot.bootId, uptimeMs: snapshot.uptimeMs, atMs };
  if (snapshot.complete) endPoll(service, poll);
  return `counted ${sum.rx} ${sum.tx}`;
}

interface Counted {
  readonly bytes: Bytes;
  readonly fromMs: number | null;
}

function bookPeer(books: Books, poll: PollAction, key: string, { bytes, fromMs }: Counted, sum: Mutable<Bytes>): void {
  const source = { peer: key };
  const carrier = `${poll.snapshot.node}:51820/wireguard`;
  const { atMs } = poll;
  if (bytes.rx + bytes.tx > 10n * TIB) {
    books.state.quarantined.push({ ...bytes, source, carrier, fromMs: null, toMs: atMs, atMs, decided: 'open' });
    return;
  }
  const beginMs = fromMs === null ? null : Math.min(fromMs, atMs);
  books.book(source, carrier, bytes, beginMs, atMs);
  sum.rx += bytes.rx;
  sum.tx += bytes.tx;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function endPoll(service: ServiceModel, { snapshot, atMs }: PollAction): void {
  const shown = new Set(snapshot.peers.map(({ key }) => key));
  for (const [key, counter] of service.counters) if (!shown.has(key)) counter.ended = true;
  service.lastComplete = { atMs };
  service.everComplete = true;
}

function readPeer(
  state: LedgerState,
  service: ServiceModel,
  key: string,
  value: Bytes,
  poll: PollAction,
): Counted | null {
  const { atMs, opening } = poll;
  const { evidence } = poll.snapshot;
  const counter = service.counters.get(key);
  const from = service.lastComplete?.atMs ?? null;
  const read = { ...value, evidence, atMs, ended: false, rebase: false };
  if (counter === undefined || counter.rebase) {
    service.counters.set(key, read);
    // A peer that the last complete poll did not show began at 0 after it.
    if (from !== null) return { bytes: value, fromMs: from };
    if (counter === undefined && opening === 'count' && !service.everComplete) return { bytes: value, fromMs: null };
    addTo(state.baselines, key, value);
    return null;
  }
  const lastMs = from === null ? counter.atMs : Math.max(from, counter.atMs);
  const isSameLife =
    !counter.ended && counter.evidence === evidence && value.rx >= counter.rx && value.tx >= counter.tx;
  if (isSameLife && value.rx === counter.rx && value.tx === counter.tx) return null;
  service.counters.set(key, read);
  if (counter.ended) return { bytes: value, fromMs: from ?? counter.atMs };
  if (!isSameLife) return { bytes: value, fromMs: lastMs };
  return { bytes: { rx: value.rx - counter.rx, tx: value.tx - counter.tx }, fromMs: lastMs };
}

/** Not later than what was read before, in the node's own order and in that in which its boots were seen. */
function isStale(
  { boots }: LedgerState,
  { last }: ServiceModel,
  { bootId, uptimeMs }: Snapshot,
  atMs: number,
  nowMs: number,
): boolean {
  if (last === null) return false;
  if (bootId === last.bootId) return uptimeMs <= last.uptimeMs;
  const isOfNow = Math.abs(nowMs - atMs) <= STEP_MS;
  const seen = boots.indexOf(bootId);
  if (seen > boots.indexOf(last.bootId)) return false;
  // A boot that was left comes back only where a machine was set back.
  if (seen >= 0) return !isOfNow || atMs <= last.atMs + STEP_MS;
  if (atMs > nowMs + STEP_MS) return true;
  const isClockSetBack = last.atMs > nowMs + STEP_MS;
  return atMs < last.atMs && !(isOfNow && isClockSetBack);
}

function newService(): ServiceModel {
  return { last: null, lastComplete: null, everComplete: false, counters: new Map() };
}
