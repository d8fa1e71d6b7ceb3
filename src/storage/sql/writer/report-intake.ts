import { hash } from 'node:crypto';
import { EventIdReused, TooManyUnclaimedTokens, TrackingOff } from '../../../core/errors.ts';
import type { ReportOutcome, ReportSender, UsageReport } from '../../../core/ledger/report.ts';
import { advanceStream, type StreamState } from '../../../core/ledger/stream.ts';
import { FLAG } from '../../../core/metering/flags.ts';
import { isImplausible, reportInterval } from '../../../core/metering/ingest.ts';
import { directed } from '../../../core/units/bytes.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Database } from '../database.ts';
import type { TrackingSwitch } from './tracking.ts';

/** Unknown tokens that reports nobody signed may bring; more would let a stranger fill the disk. */
const MAX_UNCLAIMED_TOKENS = 10_000;

/** A report that was decided to count (or to be quarantined): everything the ledger books, and nothing left to decide. */
export interface AcceptedReport {
  readonly token: string;
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  readonly rx: bigint;
  readonly tx: bigint;
  /** Null: only the end is known, the bytes are booked there. */
  readonly fromMs: number | null;
  readonly toMs: number;
  readonly receivedAtMs: number;
  readonly flags: number;
  readonly key: ReportKey | null;
  readonly stream: { readonly sender: string; readonly name: string; readonly state: StreamState } | null;
  /** The report as it came, if it is implausible: kept and shown, not counted. */
  readonly implausible: UsageReport | null;
}

export interface ReportKey {
  /** First 12 bytes of SHA-256 over sender and event id, hexadecimal: among 10^9 keys one collision in 10^11 ledgers. */
  readonly hash: string;
  readonly body: number;
}

/**
 * Decides what becomes of reports: counted, duplicate, stale or quarantined. Changes nothing in the database; what it
 * accepted and what is not written yet is remembered here, so that the next report is judged by it.
 */
export class ReportIntake {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #tracking: TrackingSwitch;
  /** Of reports that were accepted and are not in the tables yet; `#folding` are those being written right now. */
  #fresh = new Fresh();
  #folding = new Fresh();
  readonly #knownTokens = new BoundedMap<string, true>(100_000);
  /** What the tables say of the keys of this turn, where it was asked for all of them together. */
  #lookedUp = new Map<string, number | undefined>();
  #unclaimedTokens: number | null = null;
  /** Of the key that is asked for: a new one for each would cost as much as the question. */
  readonly #asked = Buffer.alloc(12);

  constructor(db: Database, tracking: TrackingSwitch) {
    this.#sql = prepare(db);
    this.#tracking = tracking;
  }

  /** Before the reports of a turn are decided: asks together what each of them would ask alone. */
  lookAhead(requests: readonly { readonly sender: ReportSender; readonly reports: readonly UsageReport[] }[]): void {
    const { findKey } = this.#sql;
    this.#lookedUp.clear();
    if (findKey.getEach === undefined) return;
    const hashes = new Set<string>();
    for (const { sender, reports } of requests) {
      for (const report of reports) {
        const scope = scopeOf(sender, report);
        if (report.eventId !== null) hashes.add(hashOf(scope, report.eventId));
      }
    }
    const asked = [...hashes].filter((hash) => !this.#fresh.keys.has(hash) && !this.#folding.keys.has(hash));
    const bodies = findKey.getEach(asked.map((hash) => [Buffer.from(hash, 'hex')]));
    asked.forEach((hash, i) => void this.#lookedUp.set(hash, bodies[i] as number | undefined));
  }

  /** All reports of a request or none. @throws EventIdReused, TooManyUnclaimedTokens, TrackingOff */
  decide(
    sender: ReportSender,
    reports: readonly UsageReport[],
    nowMs: number,
  ): { readonly outcome: ReportOutcome; readonly accepted: AcceptedReport[] } {
    if (!this.#tracking.enabled) throw new TrackingOff();
    const staged = new Staged();
    try {
      const decision = this.#decideAll(sender, reports, staged, nowMs);
      this.#keep(staged);
      return decision;
    } catch (error) {
      for (const hash of staged.keys) this.#fresh.keys.delete(hash);
      throw error;
    }
  }

  #decideAll(sender: ReportSender, reports: readonly UsageReport[], staged: Staged, nowMs: number) {
    const accepted: AcceptedReport[] = [];
    let duplicates = 0;
    let stale = 0;
    let quarantined = 0;
    for (const [index, report] of reports.entries()) {
      const key = keyOf(sender, report);
      if (key !== null && this.#isRepeated(key, staged, report, pointerTo(index, reports))) {
        duplicates++;
        continue;
      }
      const one = this.#judge(sender, report, key, staged, nowMs);
      if (one === 'stale') {
        if (key !== null) this.#fresh.keys.delete(key.hash);
        stale++;
        continue;
      }
      if (!sender.verified) this.#admitToken(report.userToken, staged);
      if (one.implausible !== null) quarantined++;
      accepted.push(one);
    }
    const recorded = accepted.length - quarantined;
    return { outcome: { recorded, duplicates, stale, quarantined }, accepted };
  }

  /** What was accepted until now is being written to the tables. */
  beginFolding(): void {
    this.#folding = this.#fresh;
    this.#fresh = new Fresh();
  }

  /** It is in the tables. */
  endFolding(): void {
    this.#folding = new Fresh();
  }

  /** What was accepted and not written was refused after all. */
  forgetFresh(): void {
    this.#fresh = new Fresh();
    this.#folding = new Fresh();
    this.forgetTokens();
  }

  /** After a rollback or a change of owners. */
  forgetTokens(): void {
    this.#knownTokens.clear();
    this.#unclaimedTokens = null;
  }

  /** Takes accepted reports that are not in the tables yet back into memory. */
  remember(reports: readonly AcceptedReport[]): void {
    for (const { key, stream, token, server, port, protocol } of reports) {
      if (key !== null) this.#fresh.keys.set(key.hash, key.body);
      if (stream !== null) {
        this.#fresh.streams.set(streamKey(stream.sender, token, server, port, protocol, stream.name), stream.state);
      }
    }
  }

  #isRepeated({ hash, body }: ReportKey, staged: Staged, report: UsageReport, pointer: string): boolean {
    const known = this.#fresh.keys.get(hash) ?? this.#folding.keys.get(hash) ?? this.#storedBody(hash);
    if (known === undefined) {
      this.#fresh.keys.set(hash, body);
      staged.keys.push(hash);
      return false;
    }
    if (known !== body) throw new EventIdReused(report.eventId ?? '', `${pointer}/event_id`);
    return true;
  }

  #storedBody(hash: string): number | undefined {
    if (this.#lookedUp.has(hash)) return this.#lookedUp.get(hash);
    this.#asked.write(hash, 'hex');
    return this.#sql.findKey.get(this.#asked) as number | undefined;
  }

  #judge(
    sender: ReportSender,
    report: UsageReport,
    key: ReportKey | null,
    staged: Staged,
    nowMs: number,
  ): AcceptedReport | 'stale' {
    const { userToken: token, server, port, protocol } = report;
    const flags = sender.verified ? 0 : FLAG.unverified;
    if (report.mode === 'delta') {
      const { fromMs, toMs } = reportInterval(report, nowMs);
      const { rx, tx } = report;
      const implausible = isImplausible(report) ? report : null;
      // Written out: spreading objects together costs more than the rest of this.
      return {
        token,
        server,
        port,
        protocol,
        rx,
        tx,
        fromMs,
        toMs,
        receivedAtMs: nowMs,
        flags,
        key,
        stream: null,
        implausible,
      };
    }
    const senderName = sender.credential ?? '';
    const name = streamKey(senderName, token, server, port, protocol, report.stream);
    const state =
      staged.streams?.get(name) ??
      this.#fresh.streams.get(name) ??
      this.#folding.streams.get(name) ??
      this.#storedStream(senderName, report);
    const advance = advanceStream(state, report, nowMs);
    if (advance === 'stale') return 'stale';
    staged.streams ??= new Map();
    staged.streams.set(name, advance.next);
    const { fromMs, toMs, counted } = advance;
    const implausible = isImplausible(counted) ? report : null;
    const stream = { sender: senderName, name: report.stream, state: advance.next };
    const base = { token, server, port, protocol, receivedAtMs: nowMs, flags, key };
    return { ...base, rx: counted.rx ?? 0n, tx: counted.tx ?? 0n, fromMs, toMs, stream, implausible };
  }

  #storedStream(sender: string, report: UsageReport): StreamState | null {
    const { userToken, server, port, protocol, stream } = report;
    const row = this.#sql.findStream.get(userToken, server, port, protocol, sender, stream) as
      | { epoch: bigint; rx: bigint; tx: bigint; at: bigint; periodEnd: bigint | null }
      | undefined;
    if (row === undefined) return null;
    return {
      epoch: Number(row.epoch),
      traffic: directed(row.rx, row.tx),
      atMs: Number(row.at),
      periodEndMs: row.periodEnd === null ? null : Number(row.periodEnd),
    };
  }

  /** Unknown tokens are taken up to a limit; known ones always. */
  #admitToken(token: string, staged: Staged): void {
    if (this.#knownTokens.get(token) === true || staged.tokens?.has(token) === true) return;
    if (this.#sql.isTokenKnown.get(token, token) !== undefined) {
      this.#knownTokens.set(token, true);
      return;
    }
    this.#unclaimedTokens ??= this.#sql.countUnclaimed.get() as number;
    if (this.#unclaimedTokens + (staged.tokens?.size ?? 0) >= MAX_UNCLAIMED_TOKENS) {
      throw new TooManyUnclaimedTokens(MAX_UNCLAIMED_TOKENS);
    }
    staged.tokens ??= new Set();
    staged.tokens.add(token);
  }

  #keep({ streams, tokens }: Staged): void {
    if (streams !== null) for (const [name, state] of streams) this.#fresh.streams.set(name, state);
    if (tokens === null) return;
    for (const token of tokens) this.#knownTokens.set(token, true);
    if (this.#unclaimedTokens !== null) this.#unclaimedTokens += tokens.size;
  }
}

/** Keys and streams that the tables do not know yet. */
class Fresh {
  readonly keys = new Map<string, number>();
  readonly streams = new Map<string, StreamState>();
}

/** What a request would add, until all of it is accepted; most are a single report and need little of this. */
class Staged {
  /** Fresh already, to be taken back if the request is refused. */
  readonly keys: string[] = [];
  streams: Map<string, StreamState> | null = null;
  tokens: Set<string> | null = null;
}

/** JSON pointer of a report in the body of its request. */
function pointerTo(index: number, reports: readonly UsageReport[]): string {
  return reports.length === 1 ? '' : `/${index}`;
}

/** Reports that nobody signed are unique per user_token: strangers cannot use up each other's ids. */
function keyOf(sender: ReportSender, report: UsageReport): ReportKey | null {
  if (report.eventId === null) return null;
  return { hash: hashOf(scopeOf(sender, report), report.eventId), body: bodyDigest(report) };
}

function scopeOf(sender: ReportSender, report: UsageReport): string {
  return sender.credential === null ? `open\n${report.userToken}` : `key\n${sender.credential}`;
}

function hashOf(scope: string, eventId: string): string {
  return hash('sha256', `${scope}\n${eventId}`, 'hex').slice(0, 24);
}

/** 32 bits over everything that counts in a report (FNV-1a): tells a repetition from another report of the same id. */
function bodyDigest(report: UsageReport): number {
  const { userToken, server, port, protocol, rx, tx, mode, stream, periodStart, periodEnd } = report;
  const period = `${periodStart?.getTime() ?? ''}\n${periodEnd?.getTime() ?? ''}`;
  const text = `${userToken}\n${server}\n${port}\n${protocol}\n${rx}\n${tx}\n${mode}\n${stream}\n${period}`;
  let digest = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) digest = Math.imul(digest ^ text.charCodeAt(i), 0x01000193);
  return digest >>> 0;
}

function streamKey(sender: string, token: string, server: string, port: number, protocol: string, name: string) {
  return `${sender}\n${token}\n${server}\n${port}\n${protocol}\n${name}`;
}

function prepare(db: Database) {
  return {
    findKey: db.prepare('SELECT body FROM report_key WHERE hash = ?').pluck(),
    findStream: db
      .prepare(
        `SELECT m.epoch, m.rx, m.tx, m.at, m.period_end AS periodEnd
         FROM series s JOIN carrier c ON c.id = s.carrier_id JOIN stream m ON m.series_id = s.id
         WHERE s.token = ? AND c.server = ? AND c.port = ? AND c.protocol = ? AND c.service_id IS NULL
           AND m.sender = ? AND m.name = ?`,
      )
      .safeIntegers(),
    isTokenKnown: db.prepare(
      'SELECT 1 FROM user_token WHERE token = ? UNION ALL SELECT 1 FROM segment WHERE token = ?',
    ),
    countUnclaimed: db
      .prepare('SELECT count(DISTINCT token) FROM segment WHERE token IS NOT NULL AND user_id IS NULL')
      .pluck(),
  };
}
