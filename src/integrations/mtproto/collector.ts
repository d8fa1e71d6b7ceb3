import { SourceFailure } from '../../core/errors.ts';
import type {
  Collector,
  CounterAge,
  CounterSemantics,
  PeerReading,
  Poll,
  ServiceReading,
  SourceNotice,
} from '../../core/metering/collector.ts';
import { asSourceFailure, brokenOff } from '../../core/metering/source-failures.ts';
import { NOTHING, undirected } from '../../core/units/bytes.ts';
import type { Clock } from '../../core/units/clock.ts';
import { clientOf } from '../../lib/http-client/endpoint.ts';
import type { HttpClient } from '../../lib/http-client/http-client.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { machineId } from '../../lib/machine-id.ts';
import { dialectOf, EVERYBODY } from './dialects.ts';
import { garbled, restartedMeanwhile, statusFailure } from './failures.ts';
import type { MtprotoOptions } from './options.ts';
import { TelemtControl, type TelemtUser } from './telemt-control.ts';
import { type UserCounters, UserCountersReader } from './user-counters.ts';

/** Counters live in the memory of the proxy: they appear with the first connection, and end with the process. */
export const SEMANTICS: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' };
/** The control interface lists who is configured: one removed and added again still has its counter. */
export const CONTROL_SEMANTICS: CounterSemantics = { ...SEMANTICS, absence: 'silent' };

const MAX_BYTES = 64 * 1024 * 1024;
/** The running time is written with one digit behind the point. */
const UPTIME_STEP_MS = 100;
/** Online means seen within three minutes; the minute is enough, and it spares a write per user and poll. */
const SEEN_MS = 60_000;

/** What the control interface may take of a poll whose counters are read already: the rest of it is theirs. */
const CONTROL_WAIT_MS = 5_000;

/** Reads one MTProto proxy: its users, its sum, or only that it is alive, as it tells. */
export class MtprotoCollector implements Collector {
  readonly semantics: CounterSemantics;
  readonly #options: MtprotoOptions;
  readonly #clock: Clock;
  readonly #http: HttpClient;
  readonly #control: TelemtControl | null;
  readonly #controlWaitMs: number;

  constructor(options: MtprotoOptions, clock: Clock, controlWaitMs = CONTROL_WAIT_MS) {
    this.#controlWaitMs = controlWaitMs;
    this.semantics = options.url === undefined ? CONTROL_SEMANTICS : SEMANTICS;
    this.#options = options;
    this.#clock = clock;
    this.#http = clientOf(options);
    this.#control = options.controlUrl === undefined ? null : new TelemtControl(options);
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    try {
      if (this.#control !== null && this.#options.url === undefined)
        return await this.#readControl(this.#control, signal);
      const dialect = dialectOf(this.#options);
      return dialect === null
        ? await this.#readOfficial(signal)
        : await this.#readUsers(new UserCountersReader(dialect), signal);
    } catch (error) {
      if (signal.aborted) throw brokenOff(signal);
      throw error instanceof HttpFailure ? asSourceFailure(error) : error;
    }
  }

  async close(): Promise<void> {
    this.#http.close();
    this.#control?.close();
  }

  async #readUsers(reader: UserCountersReader, signal: AbortSignal): Promise<Poll> {
    const askedMs = this.#clock.monotonicMs();
    await this.#get((chunk) => reader.push(chunk), signal);
    const counters = reader.finish();
    const answeredMs = this.#clock.monotonicMs();
    const counted = counters.users.map(({ user, traffic, isConnected }) => {
      const name = user === EVERYBODY && this.#options.proxy === 'mtg' ? 'all clients' : user;
      return { key: user, name, traffic, ...this.#seen(isConnected) };
    });
    const problems = problemsOf(counters);
    const complete = problems.length === 0;
    const { users, notices } = await this.#configured(signal);
    const peers = withAccess(counted, users, complete);
    const service = { ...this.#service(), peers, ...this.#ageOf(counters.uptimeSeconds, askedMs, answeredMs) };
    return { complete, services: [service], notices: [...problems, ...notices, ...this.#limits()] };
  }

  /** Who the control interface says is configured. Where it fails or hangs, what the metrics counted is not lost with it. */
  async #configured(signal: AbortSignal): Promise<Pick<Poll, 'notices'> & { readonly users: readonly TelemtUser[] }> {
    if (this.#control === null) return { users: [], notices: [] };
    try {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(this.#controlWaitMs)]);
      return { users: await this.#control.users(inTime), notices: [] };
    } catch (error) {
      if (signal.aborted || !(error instanceof SourceFailure)) throw error;
      const { code, message, hint } = error;
      return { users: [], notices: [{ code, message, ...(hint === undefined ? {} : { hint }) }] };
    }
  }

  /** Its running time is read before and after the counters: they belong to the start that it tells. */
  async #readControl(control: TelemtControl, signal: AbortSignal): Promise<Poll> {
    const before = await control.uptimeSeconds(signal);
    const users = await control.users(signal);
    const askedMs = this.#clock.monotonicMs();
    const uptimeSeconds = await control.uptimeSeconds(signal);
    const answeredMs = this.#clock.monotonicMs();
    if (before !== null && uptimeSeconds !== null && uptimeSeconds < before) throw restartedMeanwhile();
    const isWhole = await control.countsUsers(signal);
    const peers = users.map(({ name, octets, isEnabled, isConnected }) => {
      return { key: name, name, traffic: undirected(octets), isOff: !isEnabled, ...this.#seen(isConnected) };
    });
    const service = { ...this.#service(), peers, ...this.#ageOf(uptimeSeconds, askedMs, answeredMs) };
    return { complete: isWhole, services: [service], notices: [...(isWhole ? [] : [SWITCHED_OFF]), NO_DIRECTIONS] };
  }

  /** Now, of a running time that was read somewhere between question and answer. */
  #ageOf(seconds: number | null, askedMs: number, answeredMs: number): { readonly age?: CounterAge } {
    if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return {};
    const nowMs = this.#clock.monotonicMs();
    const minMs = Math.max(0, seconds * 1000 - UPTIME_STEP_MS) + (nowMs - answeredMs);
    return { age: { minMs, maxMs: seconds * 1000 + UPTIME_STEP_MS + (nowMs - askedMs) } };
  }

  #seen(isConnected: boolean): Pick<PeerReading, 'lastHandshakeAt'> {
    if (!isConnected) return {};
    return { lastHandshakeAt: new Date(Math.floor(this.#clock.now().getTime() / SEEN_MS) * SEEN_MS) };
  }

  /** `key<TAB>value` lines. TelegramMessenger/MTProxy, `--http-stats`: no bytes and no users. */
  async #readOfficial(signal: AbortSignal): Promise<Poll> {
    let text = '';
    await this.#get((chunk) => {
      text += chunk.toString('latin1');
    }, signal);
    const lines = text.split('\n').slice(0, -1);
    const keys = new Set(lines.map((line) => line.split('\t')[0]));
    if (!keys.has('ext_connections') || lines.some((line) => !/^[\w.]+\t[^\t]*$/.test(line)))
      throw garbled('it is no statistics of the official proxy');
    return { complete: true, services: [{ ...this.#service(), peers: [] }], notices: this.#limits() };
  }

  async #get(onData: (chunk: Buffer) => void, signal: AbortSignal): Promise<void> {
    const url = new URL(this.#options.url ?? '');
    const { status } = await this.#http.request({
      url,
      signal,
      onData,
      maxBytes: MAX_BYTES,
      headers: { accept: 'text/plain' },
    });
    if (status < 200 || status > 299) throw statusFailure(status);
  }

  #service(): Omit<ServiceReading, 'peers'> {
    const { proxy, port, url, controlUrl = '' } = this.#options;
    const { hostname, port: apiPort, protocol } = new URL(url ?? controlUrl);
    const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
    const place = `${isHere ? machineId() : hostname}:${apiPort || (protocol === 'https:' ? '443' : '80')}`;
    return { identity: place, kind: 'mtproto', name: proxy, ...(port === undefined ? {} : { listenPort: port }) };
  }

  /** What this proxy cannot say, for people to see. */
  #limits(): readonly SourceNotice[] {
    if (this.#options.proxy === 'mtg') return [NO_USERS];
    return this.#options.proxy === 'official' ? [NO_BYTES] : [];
  }
}

/**
 * Who is disabled, beside what is counted. Who is so and has no counter is shown with nothing, to be given back one day:
 * only where every counter was shown, else it would be one that fell to 0, and count anew when it is back.
 */
function withAccess(
  counted: readonly PeerReading[],
  configured: readonly TelemtUser[],
  isWhole: boolean,
): readonly PeerReading[] {
  const users = new Map(configured.map((user) => [user.name, user]));
  const peers = counted.map((peer) => {
    const user = users.get(peer.key);
    users.delete(peer.key);
    return user === undefined ? peer : { ...peer, isOff: !user.isEnabled };
  });
  if (!isWhole) return peers;
  const uncounted = [...users.values()].filter(({ isEnabled }) => !isEnabled);
  return [...peers, ...uncounted.map(({ name }) => ({ key: name, name, traffic: NOTHING, isOff: true }))];
}

const NO_USERS: SourceNotice = {
  code: 'service-total-only',
  message: 'mtg has one secret for everybody: it tells the bytes of all clients together, and of no user.',
  isInfo: true,
};
const NO_BYTES: SourceNotice = {
  code: 'alive-only',
  message: 'The official proxy tells neither bytes nor users: nothing of it is counted, only that it is alive.',
  hint: 'telemt and mtprotoproxy count per user.',
  isInfo: true,
};

const NO_DIRECTIONS: SourceNotice = {
  code: 'no-directions',
  message: 'The control interface tells one sum per user: upload and download together.',
  hint: 'The metrics of telemt tell both: --url http://127.0.0.1:9090/metrics.',
  isInfo: true,
};
const SWITCHED_OFF: SourceNotice = {
  code: 'user-telemetry-off',
  message: 'The proxy was told not to count its users.',
  hint: 'Switch the telemetry of users on in the configuration of telemt.',
};

function problemsOf({ isWhole, isSwitchedOff }: UserCounters): SourceNotice[] {
  const notices: SourceNotice[] = [];
  if (!isWhole) notices.push({ code: 'output-cut', message: 'The counters of the proxy ended early.' });
  if (isSwitchedOff) notices.push(SWITCHED_OFF);
  return notices;
}
