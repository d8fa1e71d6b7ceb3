import type { Player } from './players.ts';
import type { Happened } from './simulation.ts';

interface RunOptions {
  readonly first: number;
  readonly last: number;
  /** The command that plays a seed again. */
  readonly again: (seed: number) => string;
  /** After a seed that failed, too. */
  readonly goesOn: boolean;
  readonly say: (text: string) => void;
}

/** Says how far it is after so many seeds. */
const SEEDS_A_LINE = 100;

/** A range of seeds, dealt out to players; knows how far it came and what failed. */
export class Run {
  readonly failed: number[] = [];
  readonly #options: RunOptions;
  readonly #happened: Happened = {};
  readonly #begunMs = performance.now();
  readonly #playing = new Set<number>();
  #next: number;
  #done = 0;
  #isOver = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#next = options.first;
  }

  /** Plays to the end, to the first failure or until it is interrupted. */
  async play(players: readonly Player[]): Promise<void> {
    await Promise.all(players.map((player) => this.#playAll(player)));
    this.#sum();
  }

  /** What is being played now does not count any more. */
  interrupt(): void {
    this.#sum();
    process.exit(this.failed.length === 0 ? 0 : 1);
  }

  async #playAll(player: Player): Promise<void> {
    try {
      while (!this.#isOver && this.#next <= this.#options.last) {
        const seed = this.#next++;
        this.#playing.add(seed);
        const { happened, failure, trace } = await player.play(seed);
        this.#playing.delete(seed);
        this.#note(seed, happened, trace, failure);
      }
    } finally {
      player.stop();
    }
  }

  #note(seed: number, happened: Happened, trace: string, failure: string | null): void {
    const { say, again, goesOn } = this.#options;
    for (const [what, times] of Object.entries(happened)) this.#happened[what] = (this.#happened[what] ?? 0) + times;
    this.#done++;
    if (trace !== '') say(trace);
    if (failure !== null) {
      this.failed.push(seed);
      say(`${failure}\n\nAgain: ${again(seed)}`);
      if (!goesOn) this.#isOver = true;
    }
    if (this.#done % SEEDS_A_LINE === 0) say(`${this.#words}, ${this.#pace}`);
  }

  #sum(): void {
    const { say, last, again } = this.#options;
    say(JSON.stringify(this.#happened, null, 2));
    for (const seed of this.failed) say(`failed: ${again(seed)}`);
    // A single seed says the same every time.
    say(this.#done > 1 ? `${this.#words}, ${this.#pace}` : this.#words);
    const next = Math.min(this.#next, ...this.#playing);
    if (next <= last) say(`seeds from ${next} on were not played: --from ${next} --seeds ${last - next + 1}`);
  }

  get #words(): string {
    const failed = this.failed.length === 0 ? 'none failed' : `${this.failed.length} failed`;
    return `${this.#done} seeds played, ${failed}`;
  }

  get #pace(): string {
    const seconds = (performance.now() - this.#begunMs) / 1000;
    return `${((60 * this.#done) / seconds).toFixed(1)} a minute`;
  }
}
