import type { ReportSender, UsageReport } from '../../src/core/ledger/report.ts';
import type { Action, Answer } from './actions.ts';
import type { Random } from './random.ts';

const HOUR_MS = 3_600_000;
const OPEN: ReportSender = { credential: null, verified: false, backfill: false };
const SIGNED: ReportSender = { credential: 'credential-1', verified: true, backfill: false };
export const PLACES = [
  { server: 'a.example', port: 443, protocol: 'vless' },
  { server: 'a.example', port: 443, protocol: 'trojan' },
  { server: 'a.example', port: 8443, protocol: 'vless' },
  { server: 'b.example', port: 443, protocol: 'shadowsocks' },
];

export type ReportAction = Action & { readonly kind: 'reports' };

/** A counter that one sender reports for a token; it starts again now and then. */
interface Stream {
  readonly name: string;
  readonly token: string;
  readonly place: (typeof PLACES)[number];
  readonly tellsTime: boolean;
  rx: bigint;
  tx: bigint;
}

/** Senders of the webhook: with ids that they repeat until they are answered, without ids, and with counters. */
export class Senders {
  readonly #random: Random;
  readonly #tokens: () => readonly string[];
  /** Requests with ids that were not answered yet. */
  readonly #unanswered: { readonly request: ReportAction; readonly sinceMs: number }[] = [];
  readonly #answered: ReportAction[] = [];
  readonly #streams: Stream[] = [];
  #lastId = 0;

  constructor(random: Random, tokens: () => readonly string[]) {
    this.#random = random;
    this.#tokens = tokens;
  }

  next(nowMs: number): ReportAction {
    const random = this.#random;
    const waiting = this.#unanswered.find(({ sinceMs }) => nowMs - sinceMs < 30 * 24 * HOUR_MS);
    if (waiting !== undefined && random.chance(0.5)) return waiting.request;
    switch (random.weighted({ ids: 6, plain: 3, stream: 4, repeat: 1, misuse: 0.5, huge: 0.2 })) {
      case 'ids':
        return this.#withIds(nowMs);
      case 'plain':
        return this.#request(() => this.#delta(nowMs, null));
      case 'stream':
        return { kind: 'reports', sender: SIGNED, reports: [this.#fromStream(nowMs)] };
      case 'repeat':
        return random.pickOrNone(this.#answered) ?? this.#withIds(nowMs);
      case 'misuse':
        return this.#misused() ?? this.#withIds(nowMs);
      case 'huge':
        return this.#request(() => ({ ...this.#delta(nowMs, null), rx: 2n ** 52n }));
    }
  }

  /** `answer` null: it was lost on its way; whoever gave an id will send again. */
  answered(request: ReportAction, answer: Answer | null, nowMs: number): void {
    if (!request.reports.every(({ eventId }) => eventId !== null)) return;
    const index = this.#unanswered.findIndex((each) => each.request === request);
    if (answer?.startsWith('recorded') || answer === 'error event-id-reused') {
      if (index >= 0) this.#unanswered.splice(index, 1);
      if (answer.startsWith('recorded')) this.#answered.push(request);
    } else if (index < 0) this.#unanswered.push({ request, sinceMs: nowMs });
  }

  #withIds(nowMs: number): ReportAction {
    return this.#request(() => this.#delta(nowMs, `event-${++this.#lastId}`));
  }

  #request(make: () => UsageReport): ReportAction {
    const sender = this.#random.chance(0.6) ? SIGNED : OPEN;
    return {
      kind: 'reports',
      sender,
      reports: Array.from(
        { length: this.#random.chance(0.15) ? this.#random.int(17, 40) : this.#random.int(1, 4) },
        make,
      ),
    };
  }

  /** An id that was used before, for other bytes, at the end of a request that is right otherwise. */
  #misused(): ReportAction | null {
    const before = this.#random.pickOrNone(this.#answered);
    const [first] = before?.reports ?? [];
    if (before === undefined || first === undefined) return null;
    const fresh = { ...first, eventId: `event-${++this.#lastId}` };
    return { ...before, reports: [fresh, { ...first, rx: first.rx + 1n }] };
  }

  #delta(nowMs: number, eventId: string | null): UsageReport {
    const random = this.#random;
    return {
      ...random.pick(PLACES),
      ...this.#period(nowMs),
      userToken: random.pick(this.#tokens()),
      rx: random.bytes(),
      tx: random.bytes(),
      mode: 'delta',
      stream: '',
      eventId,
    };
  }

  #fromStream(nowMs: number): UsageReport {
    const random = this.#random;
    let stream = random.pickOrNone(this.#streams);
    if (stream === undefined || (this.#streams.length < 6 && random.chance(0.2))) {
      const name = random.chance(0.3) ? '' : `stream-${this.#streams.length}`;
      const rest = { token: random.pick(this.#tokens()), place: random.pick(PLACES), tellsTime: random.chance(0.5) };
      stream = { name, rx: 0n, tx: 0n, ...rest };
      this.#streams.push(stream);
    }
    if (random.chance(0.1)) {
      stream.rx = 0n;
      stream.tx = 0n;
    }
    stream.rx += random.bytes();
    stream.tx += random.bytes();
    const lateMs = random.chance(0.3) ? random.int(0, 2 * HOUR_MS) : 0;
    return {
      ...stream.place,
      userToken: stream.token,
      rx: stream.rx,
      tx: stream.tx,
      mode: 'cumulative',
      stream: stream.name,
      eventId: null,
      periodStart: null,
      periodEnd: stream.tellsTime ? new Date(nowMs - lateMs) : null,
    };
  }

  #period(nowMs: number): Pick<UsageReport, 'periodStart' | 'periodEnd'> {
    const random = this.#random;
    if (random.chance(0.5)) return { periodStart: null, periodEnd: null };
    const endMs = nowMs + (random.chance(0.2) ? random.int(0, 240_000) : -random.int(0, 30 * HOUR_MS));
    const lengthMs = random.int(0, random.chance(0.7) ? 240_000 : 6 * HOUR_MS);
    return {
      periodStart: random.chance(0.8) ? new Date(endMs - lengthMs) : null,
      periodEnd: random.chance(0.8) ? new Date(endMs) : null,
    };
  }
}
