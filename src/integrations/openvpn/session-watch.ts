import type { Clock } from '../../core/units/clock.ts';
import type { ClientRow } from './status-parser.ts';

/** A connection that is over is told for so long: a poll that showed it may not have reached the ledger. */
const TOLD_MS = 600_000;

/** A connection with the last values that were heard of it. */
export interface Session {
  /** The daemon that it belonged to. */
  readonly pid: string;
  readonly row: ClientRow;
}

/**
 * What is known of connections between two polls: `bytecount` tells their bytes every few seconds, so that the last ones
 * before an end are not lost.
 */
export class SessionWatch {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #living = new Map<string, Session>();
  #over: { readonly session: Session; readonly untilMs: number }[] = [];

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** A whole list of connections: those that are not in it are over. */
  listed(rows: readonly ClientRow[], pid: string): void {
    const before = this.#living;
    this.#living = new Map();
    for (const row of rows) {
      if (row.clientId === null) continue;
      const known = before.get(row.clientId);
      if (known !== undefined && isSameConnection(known, row, pid)) before.delete(row.clientId);
      this.#living.set(row.clientId, { pid, row });
    }
    for (const session of before.values()) this.#end(session);
  }

  /** @returns false if the connection is not known yet: a new list would name it */
  counted(clientId: string, rx: bigint, tx: bigint): boolean {
    const session = this.#living.get(clientId);
    if (session === undefined) return false;
    const { row } = session;
    if (rx >= row.rx && tx >= row.tx) this.#living.set(clientId, { ...session, row: { ...row, rx, tx } });
    return true;
  }

  /** The daemon began anew in the same process: all connections are over, and their numbers begin again. */
  allOver(): void {
    for (const session of this.#living.values()) this.#end(session);
    this.#living.clear();
  }

  /** Connections that ended lately. */
  over(): readonly Session[] {
    const now = this.#clock.monotonicMs();
    this.#over = this.#over.filter(({ untilMs }) => untilMs > now);
    return this.#over.map(({ session }) => session);
  }

  #end(session: Session): void {
    this.#over.push({ session, untilMs: this.#clock.monotonicMs() + TOLD_MS });
  }
}

function isSameConnection(known: Session, row: ClientRow, pid: string): boolean {
  return known.pid === pid && known.row.connectedSince === row.connectedSince;
}
