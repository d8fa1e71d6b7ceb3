import { InvalidInput } from '../errors.ts';
import type {
  CounterAge,
  CounterSemantics,
  HostReading,
  PeerReading,
  Poll,
  ServiceReading,
  SourceNotice,
  SourceOrder,
} from '../metering/collector.ts';
import { directed, type Traffic, undirected } from '../units/bytes.ts';
import { Fields } from './fields.ts';

/** One reading of a node, brought by its agent. */
export interface AgentReading {
  readonly sequence: number;
  /** Sequence of the reading before it; 0 = it is the first of its incarnation. */
  readonly after: number;
  /** The agent no longer has the readings between the panel's position and this one. */
  readonly lostBefore: boolean;
  /** By the agent's clock, as it stood at `AgentBatch.sentAt`. */
  readonly takenAt: Date;
  /** The agent's clock jumped around that instant, or the node was started again since: `takenAt` is a guess. */
  readonly clockSuspect: boolean;
  /**
   * The last that the agent had heard of when it began to read (`AgentPosition`); 0 = of none yet. Undefined: not told, as by
   * agents of earlier versions.
   */
  readonly trackingPeriod: number | undefined;
  readonly durationMs: number;
  readonly result:
    | { readonly kind: 'read'; readonly semantics: CounterSemantics; readonly poll: Poll }
    | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string | null };
}

/** What an agent sends in one request. */
export interface AgentBatch {
  /** Names one life of the agent's spool. */
  readonly incarnation: string;
  /** The agent's clock when it sent this. */
  readonly sentAt: Date;
  readonly version: string;
  readonly readings: readonly AgentReading[];
}

/**
 * A reading as JSON. Counters are decimal strings, because readers of JSON round numbers beyond 2^53; members that a
 * source does not tell are absent.
 */
export interface WireReading {
  readonly sequence: number;
  readonly after: number;
  readonly lostBefore?: true;
  readonly takenAt: string;
  readonly clockSuspect?: true;
  /** Absent: not told. */
  readonly trackingPeriod?: number;
  readonly durationMs: number;
  readonly failure?: { readonly code: string; readonly message: string; readonly hint?: string };
  readonly semantics?: CounterSemantics;
  readonly complete?: boolean;
  readonly order?: SourceOrder;
  readonly notices?: readonly SourceNotice[];
  readonly sourceClock?: string;
  readonly host?: WireTraffic & { readonly name: string; readonly startEvidence?: string };
  readonly services?: readonly WireService[];
}

export interface WireService {
  readonly identity: string;
  readonly kind: string;
  readonly name: string;
  readonly listenPort?: number;
  readonly startEvidence?: string;
  readonly age?: CounterAge;
  readonly own?: WireTraffic;
  readonly ownHeaders?: { readonly least: WireTraffic; readonly most: WireTraffic };
  readonly peers: readonly WirePeer[];
}

export interface WireTraffic {
  readonly rx?: string;
  readonly tx?: string;
  /** Instead of both, where the source tells only a sum. */
  readonly total?: string;
}

export interface WirePeer extends WireTraffic {
  readonly key: string;
  readonly connection?: string;
  readonly isOver?: boolean;
  readonly startedAt?: string;
  readonly name?: string;
  readonly allowedIps?: readonly string[];
  readonly endpoint?: string;
  readonly lastHandshakeAt?: string;
}

/** Everything of a poll but its number and its time. */
export type WirePoll = Pick<
  WireReading,
  'semantics' | 'complete' | 'order' | 'notices' | 'sourceClock' | 'host' | 'services'
>;

export function toWirePoll(poll: Poll, semantics: CounterSemantics): WirePoll {
  const { order, sourceClock, host } = poll;
  const { kind, falls, absence, basis } = semantics;
  return {
    semantics: { kind, falls, absence, ...(basis === undefined ? {} : { basis }) },
    complete: poll.complete,
    ...(order === undefined ? {} : { order }),
    ...(poll.notices.length === 0 ? {} : { notices: poll.notices }),
    ...(sourceClock === undefined ? {} : { sourceClock: sourceClock.toISOString() }),
    ...(host === undefined ? {} : { host: { ...toWireHost(host) } }),
    services: poll.services.map(toWireService),
  };
}

function toWireHost({ name, traffic, startEvidence }: HostReading) {
  return { name, ...toWireTraffic(traffic), ...(startEvidence === undefined ? {} : { startEvidence }) };
}

function toWireService({ own, ownHeaders, peers, ...service }: ServiceReading): WireService {
  return {
    ...service,
    ...(own === undefined ? {} : { own: toWireTraffic(own) }),
    ...(ownHeaders === undefined
      ? {}
      : { ownHeaders: { least: toWireTraffic(ownHeaders.least), most: toWireTraffic(ownHeaders.most) } }),
    peers: Array.from(peers, toWirePeer),
  };
}

function toWirePeer({ traffic, startedAt, lastHandshakeAt, ...peer }: PeerReading): WirePeer {
  return {
    ...peer,
    ...toWireTraffic(traffic),
    ...(startedAt === undefined ? {} : { startedAt: startedAt.toISOString() }),
    ...(lastHandshakeAt === undefined ? {} : { lastHandshakeAt: lastHandshakeAt.toISOString() }),
  };
}

function toWireTraffic({ rx, tx, total }: Traffic): WireTraffic {
  return rx === null || tx === null ? { total: String(total) } : { rx: String(rx), tx: String(tx) };
}

/** @throws InvalidInput naming the field; nothing of the batch is taken then */
export function parseAgentBatch(value: unknown): AgentBatch {
  const batch = Fields.ofBody(value);
  const readings = batch.list('readings', MAX_READINGS).map(parseReading);
  return {
    incarnation: batch.text('incarnation', 64),
    sentAt: batch.instant('sentAt'),
    version: batch.optionalText('version', 64) ?? 'unknown',
    readings,
  };
}

/** Readings in one request. */
export const MAX_READINGS = 1_000;
const MAX_SERVICES = 1_000;
const MAX_PEERS = 200_000;
const MAX_NOTICES = 100;

function parseReading(reading: Fields, index: number, all: readonly Fields[]): AgentReading {
  const sequence = reading.integer('sequence', 1, Number.MAX_SAFE_INTEGER);
  const before = all[index - 1]?.value.sequence;
  if (typeof before === 'number' && sequence <= before)
    throw new InvalidInput(`${reading.pointer}/sequence`, 'Readings must stand in the order of their sequence.');
  return {
    sequence,
    after: reading.integer('after', 0, sequence - 1),
    lostBefore: reading.flag('lostBefore'),
    takenAt: reading.instant('takenAt'),
    clockSuspect: reading.flag('clockSuspect'),
    trackingPeriod: reading.optionalInteger('trackingPeriod', 0, Number.MAX_SAFE_INTEGER) ?? undefined,
    durationMs: reading.integer('durationMs', 0, 86_400_000),
    result: reading.has('failure') ? parseFailure(reading.object('failure')) : parseRead(reading),
  };
}

function parseFailure(failure: Fields): AgentReading['result'] {
  return {
    kind: 'failed',
    code: failure.text('code', 64),
    message: failure.text('message', 1_000),
    hint: failure.optionalText('hint', 1_000) ?? null,
  };
}

function parseRead(reading: Fields): AgentReading['result'] {
  const semantics = reading.object('semantics');
  const order = reading.optionalObject('order');
  const host = reading.optionalObject('host');
  const sourceClock = reading.optionalInstant('sourceClock');
  const poll: Poll = {
    complete: reading.flag('complete'),
    ...(order === null
      ? {}
      : { order: { bootId: order.text('bootId', 128), uptimeMs: order.integer('uptimeMs', 0, MAX_UPTIME_MS) } }),
    ...(sourceClock === null ? {} : { sourceClock }),
    ...(host === null ? {} : { host: parseHost(host) }),
    notices: reading.optionalList('notices', MAX_NOTICES).map(parseNotice),
    services: reading.list('services', MAX_SERVICES).map(parseService),
  };
  return {
    kind: 'read',
    semantics: {
      kind: semantics.word('kind', ['cumulative', 'session', 'event', 'gauge'] as const),
      falls: semantics.word('falls', ['to-zero', 'rewound'] as const),
      absence: semantics.word('absence', ['ended', 'silent'] as const),
      ...(semantics.has('basis') ? { basis: semantics.word('basis', ['raw', 'weighted'] as const) } : {}),
    },
    poll,
  };
}

/** A thousand years. */
const MAX_UPTIME_MS = 31_536_000_000_000;

function parseHost(host: Fields): HostReading {
  const startEvidence = host.optionalText('startEvidence', 512);
  return {
    name: host.text('name', 64),
    traffic: parseTraffic(host),
    ...(startEvidence === null ? {} : { startEvidence }),
  };
}

function parseNotice(notice: Fields): SourceNotice {
  const hint = notice.optionalText('hint', 1_000);
  return {
    code: notice.text('code', 64),
    message: notice.text('message', 1_000),
    ...(hint === null ? {} : { hint }),
    ...(notice.flag('isInfo') ? { isInfo: true } : {}),
  };
}

function parseService(service: Fields): ServiceReading {
  const startEvidence = service.optionalText('startEvidence', 512);
  const own = service.optionalObject('own');
  const age = service.optionalObject('age');
  const headers = service.optionalObject('ownHeaders');
  return {
    identity: service.text('identity', 512),
    kind: service.text('kind', 32),
    name: service.text('name', 255),
    ...(service.has('listenPort') ? { listenPort: service.integer('listenPort', 0, 65_535) } : {}),
    ...(startEvidence === null ? {} : { startEvidence }),
    ...(age === null
      ? {}
      : { age: { minMs: age.integer('minMs', 0, MAX_UPTIME_MS), maxMs: age.integer('maxMs', 0, MAX_UPTIME_MS) } }),
    ...(own === null ? {} : { own: parseTraffic(own) }),
    ...(headers === null
      ? {}
      : {
          ownHeaders: { least: parseTraffic(headers.object('least')), most: parseTraffic(headers.object('most')) },
        }),
    peers: service.list('peers', MAX_PEERS).map(parsePeer),
  };
}

function parsePeer(peer: Fields): PeerReading {
  const connection = peer.optionalText('connection', 512);
  const startedAt = peer.optionalInstant('startedAt');
  const name = peer.optionalText('name', 512);
  const endpoint = peer.optionalText('endpoint', 255);
  const lastHandshakeAt = peer.optionalInstant('lastHandshakeAt');
  return {
    key: peer.text('key', 512),
    ...(connection === null ? {} : { connection }),
    ...(peer.flag('isOver') ? { isOver: true } : {}),
    traffic: parseTraffic(peer),
    ...(startedAt === null ? {} : { startedAt }),
    ...(name === null ? {} : { name }),
    ...(peer.has('allowedIps') ? { allowedIps: peer.texts('allowedIps', 256, 64) } : {}),
    ...(endpoint === null ? {} : { endpoint }),
    ...(lastHandshakeAt === null ? {} : { lastHandshakeAt }),
  };
}

function parseTraffic(from: Fields): Traffic {
  if (from.has('total')) return undirected(from.counter('total'));
  return directed(from.counter('rx'), from.counter('tx'));
}
