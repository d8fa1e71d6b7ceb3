import type { Action, Answer } from './actions.ts';
import {
  addTo,
  type Bytes,
  type LastRead,
  type LedgerState,
  type PollProgress,
  type ServiceModel,
} from './model-state.ts';
import type { ShownPeer, Snapshot } from './world.ts';

const TIB = 1024n ** 4n;
const STEP_MS = 300_000;

type PollAction = Action & { readonly kind: 'poll' };

/** What the model of the ledger offers to that of the meter. */
interface Books {
  readonly state: LedgerState;
  book(source: { readonly peer: string }, carrier: string, bytes: Bytes, fromMs: number | null, toMs: number): unknown;
}

/** Which part of a poll the writer booked in a transaction of its own. */
export interface PollPart {
  /** Readings, and lives that ended. */
  readonly units: number;
  /** False: readings that show what the last poll showed are passed over and take no place. */
  readonly countsAll: boolean;
  /** In which order lives end that are not shown any more: nobody told one. */
  readonly ends: readonly string[];
}

/** The rules of docs/counters.md for a source that is cumulative, falls to zero and shows all it has. */
export function recordPoll(books: Books, poll: PollAction, nowMs: number): Answer {
  return beginPoll(books, poll, nowMs) ?? endPoll(books, poll);
}

/** @returns the answer where nothing of the poll is booked */
export function beginPoll({ state }: Books, poll: PollAction, nowMs: number): Answer | null {
  const { snapshot, atMs, trackingPeriod } = poll;
  state.polling = null;
  if (!state.tracking || trackingPeriod < state.trackingPeriod) return 'tracking off';
  if (poll.second) return 'error source-identity-taken';
  const service = state.services.get(snapshot.node) ?? newService();
  state.services.set(snapshot.node, service);
  if (service.last !== null && isStale(state, service.last, snapshot, atMs, nowMs)) return 'counted 0 0';
  if (!state.boots.includes(snapshot.bootId)) state.boots.push(snapshot.bootId);
  state.polling = { period: state.trackingPeriod, nowMs, read: new Set(), rx: 0n, tx: 0n };
  return null;
}

/** Some of a poll that has begun. @returns whom it read */
export function bookPart(books: Books, poll: PollAction, part: PollPart): ShownPeer[] {
  const { state } = books;
  const { polling, service } = progressOf(state, poll);
  let { units } = part;
  const read: ShownPeer[] = [];
  for (const peer of poll.snapshot.peers) {
    if (units === 0) return read;
    if (polling.read.has(peer.key)) continue;
    polling.read.add(peer.key);
    const counter = service.counters.get(peer.key);
    if (part.countsAll || counter?.rx !== peer.rx || counter.tx !== peer.tx) units--;
    readShown(books, poll, peer);
    read.push(peer);
  }
  for (const key of part.ends) {
    const counter = service.counters.get(key);
    if (units === 0 || counter === undefined) return read;
    if (!counter.ended) units--;
    endLife(service, key, poll);
  }
  return read;
}

/** What is left of a poll that has begun. */
export function endPoll(books: Books, poll: PollAction): Answer {
  const { state } = books;
  const { snapshot, atMs } = poll;
  const { polling, service } = progressOf(state, poll);
  for (const peer of snapshot.peers) if (!polling.read.has(peer.key)) readShown(books, poll, peer);
  service.last = { bootId: snapshot.bootId, uptimeMs: snapshot.uptimeMs, atMs };
  if (snapshot.complete) {
    for (const key of unseenIn(state, poll)) endLife(service, key, poll);
    service.lastComplete = { atMs, period: polling.period };
    service.everComplete = true;
  }
  state.polling = null;
  return `counted ${polling.rx} ${polling.tx}`;
}

/** Lives that go on as far as we know, of which a complete poll shows nothing. */
export function unseenIn({ services }: LedgerState, { snapshot }: PollAction): string[] {
  const counters = services.get(snapshot.node)?.counters ?? [];
  const shown = new Set(snapshot.peers.map(({ key }) => key));
  return snapshot.complete ? [...counters].flatMap(([key, { ended }]) => (ended || shown.has(key) ? [] : [key])) : [];
}

/** A reading from before, if one comes yet, is of a life that is over. */
function endLife({ counters }: ServiceModel, key: string, { snapshot, atMs }: PollAction): void {
  const counter = counters.get(key);
  if (counter === undefined || counter.ended) return;
  const { bootId, uptimeMs } = snapshot;
  counters.set(key, { ...counter, bootId, uptimeMs, atMs, ended: true });
}

function progressOf(state: LedgerState, { snapshot }: PollAction) {
  const service = state.services.get(snapshot.node);
  if (state.polling === null || service === undefined) throw new Error('the poll has not begun');
  return { polling: state.polling, service };
}

function readShown(books: Books, poll: PollAction, { key, rx, tx }: ShownPeer): void {
  const { state } = books;
  const { polling, service } = progressOf(state, poll);
  if (!state.owners.has(key)) state.owners.set(key, { user: null, bindings: [] });
  const counted = readPeer(state, { service, polling, poll }, key, { rx, tx });
  if (counted !== null) bookPeer(books, poll, key, counted, polling);
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

interface Reading {
  readonly service: ServiceModel;
  readonly polling: PollProgress;
  readonly poll: PollAction;
}

function readPeer(state: LedgerState, reading: Reading, key: string, value: Bytes): Counted | null {
  const { service, polling, poll } = reading;
  const { atMs, snapshot } = poll;
  const { bootId, uptimeMs, evidence } = snapshot;
  const { period } = polling;
  const counter = service.counters.get(key);
  // Of a poll that broke off some counters are ahead of their service.
  if (counter !== undefined && isStale(state, counter, snapshot, atMs, polling.nowMs)) return null;
  const { lastComplete } = service;
  const from = lastComplete !== null && lastComplete.period >= period ? lastComplete.atMs : null;
  const read = { ...value, evidence, bootId, uptimeMs, atMs, ended: false, period };
  if (counter === undefined || counter.period < period) {
    service.counters.set(key, read);
    return firstSight(state, reading, { key, value, from, isNew: counter === undefined });
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

function firstSight(
  { baselines }: LedgerState,
  { service, poll }: Reading,
  {
    key,
    value,
    from,
    isNew,
  }: { readonly key: string; readonly value: Bytes; readonly from: number | null; readonly isNew: boolean },
): Counted | null {
  // A peer that the last complete poll did not show began at 0 after it.
  if (from !== null) return { bytes: value, fromMs: from };
  if (isNew && poll.opening === 'count' && !service.everComplete) return { bytes: value, fromMs: null };
  addTo(baselines, key, value);
  return null;
}

/** Not later than what was read before, in the node's own order and in that in which its boots were seen. */
function isStale(
  { boots }: LedgerState,
  last: LastRead,
  { bootId, uptimeMs }: Snapshot,
  atMs: number,
  nowMs: number,
): boolean {
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
