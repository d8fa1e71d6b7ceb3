import type { PeerReading, SourceNotice } from '../../core/metering/collector.ts';
import { directed, type Traffic } from '../../core/units/bytes.ts';
import { DIRECTION_OFF, garbled, USERS_OFF } from './failures.ts';
import type { OnlineUser } from './messages.ts';

/** `user>>>EMAIL>>>traffic>>>uplink`: app/dispatcher/default.go and app/proxyman of Xray-core. */
const SEPARATOR = '>>>';
const UPLINK = '>>>traffic>>>uplink';
const DOWNLINK = '>>>traffic>>>downlink';

/** The API counts itself where it is an inbound: tags of Xray's documentation, Marzban, 3x-ui and V2Ray's examples. */
const API_TAG = /^api(?:[-_ ]?in(?:bound)?)?$/i;

/** Bytes that an inbound carries although nobody who may use it was there. */
const MORE_THAN_SCANS = 10_000_000n;

const COUNTED = ['user', 'inbound', 'outbound'] as const;
export type Counted = (typeof COUNTED)[number];
const PREFIXES: Readonly<Record<Counted, string>> = {
  user: `user${SEPARATOR}`,
  inbound: `inbound${SEPARATOR}`,
  outbound: `outbound${SEPARATOR}`,
};

interface Pair {
  /** Null: there is no counter of this direction. */
  uplink: bigint | null;
  downlink: bigint | null;
}

/** Puts the counters of one answer together: two counters, up and down, are one series. */
export class CounterTable {
  readonly #pairs: Readonly<Record<Counted, Map<string, Pair>>> = {
    user: new Map(),
    inbound: new Map(),
    outbound: new Map(),
  };

  /** Counters of other things are passed over. @throws SourceFailure for the same counter twice */
  readonly add = (name: string, value: bigint): void => {
    const isUplink = name.endsWith(UPLINK);
    if (!isUplink && !name.endsWith(DOWNLINK)) return;
    const counted = COUNTED.find((one) => name.startsWith(PREFIXES[one]));
    if (counted === undefined) return;
    const key = name.slice(PREFIXES[counted].length, name.length - (isUplink ? UPLINK : DOWNLINK).length);
    if (key === '') return;
    const pairs = this.#pairs[counted];
    const pair = pairs.get(key);
    if (pair === undefined)
      pairs.set(key, isUplink ? { uplink: value, downlink: null } : { uplink: null, downlink: value });
    else if ((isUplink ? pair.uplink : pair.downlink) !== null)
      throw garbled(`the same ${counted} counter is there twice`);
    else if (isUplink) pair.uplink = value;
    else pair.downlink = value;
  };

  size(counted: Counted): number {
    return this.#pairs[counted].size;
  }

  /**
   * One reading per user (inbound, outbound). Uplink is what the user sent: received by the node, also for an outbound.
   * A direction without a counter has carried nothing: both are made with the first connection, one just before the other.
   */
  *peers(counted: Counted, online: readonly OnlineUser[], now: Date): Generator<PeerReading> {
    const seen = new Map(counted === 'user' ? online.map((user) => [user.email, user]) : []);
    for (const [key, pair] of this.#pairs[counted]) {
      if (counted !== 'user' && API_TAG.test(key)) continue;
      const user = seen.get(key);
      yield { key, traffic: trafficOf(pair), name: key, ...(user === undefined ? {} : presenceOf(user, now)) };
    }
  }

  /** What the inbounds carried, the API's own left out; undefined where Xray does not count them. */
  own(): Traffic | undefined {
    const inbounds = [...this.#pairs.inbound].filter(([tag]) => !API_TAG.test(tag)).map(([, pair]) => trafficOf(pair));
    if (inbounds.length === 0) return undefined;
    return inbounds.reduce((sum, { rx, tx }) => directed((sum.rx ?? 0n) + (rx ?? 0n), (sum.tx ?? 0n) + (tx ?? 0n)));
  }

  /** What the configuration of the server keeps from being counted. */
  notices(counted: Counted): SourceNotice[] {
    const pairs = [...this.#pairs[counted].values()];
    if (counted === 'user' && pairs.length === 0 && (this.own()?.total ?? 0n) > MORE_THAN_SCANS) return [USERS_OFF];
    const isOneSided = pairs.every(({ uplink }) => uplink === null) || pairs.every(({ downlink }) => downlink === null);
    return pairs.length > 0 && isOneSided ? [DIRECTION_OFF] : [];
  }
}

function trafficOf({ uplink, downlink }: Pair): Traffic {
  return directed(uplink ?? 0n, downlink ?? 0n);
}

function presenceOf({ ip, lastSeen }: OnlineUser, now: Date): Pick<PeerReading, 'endpoint' | 'lastHandshakeAt'> {
  return {
    lastHandshakeAt: lastSeen === null ? now : new Date(lastSeen * 1000),
    ...(ip === null ? {} : { endpoint: ip }),
  };
}
