import type { Leader } from '../../http/passing-on.ts';
import type { LeaderCard } from '../../storage/postgres/leadership.ts';

interface Asked {
  readonly process: string;
  readonly leader: Leader;
  readonly end: AbortController;
}

/** Knows which process leads, as the database says and as the processes tell; whoever needs one can wait. */
export class LeaderWatch {
  #leader: Asked | null = null;
  /** May still answer what it was asked, until another one leads. */
  #last: Asked | null = null;
  /** It said that it leaves: until another one leads, or itself anew, it is not asked. */
  #leaving: string | null = null;
  readonly #waiting = new Set<() => void>();
  readonly #look: () => void;

  /** `look`: asks the database anew. */
  constructor(look: () => void) {
    this.#look = look;
  }

  /** What the database says. */
  see(card: Pick<LeaderCard, 'process' | 'url'> | null): void {
    if (card === null || card.process === this.#leaving) {
      this.#leader = null;
      return;
    }
    this.#leaving = null;
    if (this.#last?.process !== card.process || this.#last.leader.url !== card.url) {
      this.#last?.end.abort();
      const end = new AbortController();
      this.#last = { process: card.process, leader: { url: card.url, ended: end.signal }, end };
    }
    this.#leader = this.#last;
    for (const done of [...this.#waiting]) done();
  }

  /** The one that leads is about to stop, and does what it was asked before. */
  leaves(): void {
    this.#leaving = this.#leader?.process ?? null;
    this.#leader = null;
  }

  /** Some process has just begun to lead. */
  leads(): void {
    this.#leaving = null;
    this.#look();
  }

  doubt(leader: Leader): void {
    if (this.#leader?.leader === leader) this.#leader = null;
    this.#look();
  }

  /** Waits for one, at most so long; null: nobody leads. */
  async leader(waitMs: number): Promise<Leader | null> {
    if (this.#leader === null && waitMs > 0) await this.#wait(waitMs);
    return this.#leader?.leader ?? null;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }
}
