/** Thrown into the work of the ledger where the simulated process ends; what it does after that is not kept. */
class Crashed extends Error {}

export type FaultKind = 'crash' | 'disk-full' | 'bug';

interface Fault {
  readonly kind: FaultKind;
  left: number;
  /** The process ends. */
  readonly end?: () => void;
}

/** Makes the process end, the disk fill up or a bug strike before the n-th write from now on. The driver asks before each. */
export class Faults {
  #fault: Fault | null = null;
  #fired = false;
  #isOver = false;

  /** `end` is called at that moment. */
  crashAfter(writes: number, end: () => void): void {
    this.#arm({ kind: 'crash', left: writes, end });
  }

  failAfter(writes: number, kind: 'disk-full' | 'bug'): void {
    this.#arm({ kind, left: writes });
  }

  /** The process has ended: nothing that it does from now on is done. */
  end(): void {
    this.#isOver = true;
  }

  /** Another one begins in its place. */
  begin(): void {
    this.#isOver = false;
  }

  /** Whether there is anything to be asked at a write. */
  get isNear(): boolean {
    return this.#fault !== null || this.#isOver;
  }

  /** @returns whether the fault struck */
  disarm(): boolean {
    this.#fault = null;
    return this.#fired;
  }

  #arm(fault: Fault): void {
    this.#fault = fault;
    this.#fired = false;
  }

  /** What strikes before this write; null: nothing. */
  strikes(sql: string): FaultKind | null {
    if (sql.startsWith('ROLLBACK')) return null;
    if (this.#isOver) return 'crash';
    const fault = this.#fault;
    if (fault === null || fault.left-- > 0) return null;
    return this.#strike(fault);
  }

  /** Just after a commit nothing but the end of the process strikes. */
  endsAtCommit(): boolean {
    const fault = this.#fault;
    if (fault?.kind !== 'crash' || fault.left-- > 0) return false;
    this.#strike(fault);
    return true;
  }

  #strike(fault: Fault): FaultKind {
    this.#fault = null;
    this.#fired = true;
    fault.end?.();
    return fault.kind;
  }
}

export function throwFault(kind: 'crash' | 'bug'): never {
  if (kind === 'crash') throw new Crashed('the simulated process has ended');
  throw new Error('a simulated bug');
}
