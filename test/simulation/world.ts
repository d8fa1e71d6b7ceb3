/** What a node shows of one peer. */
export interface ShownPeer {
  readonly key: string;
  readonly rx: bigint;
  readonly tx: bigint;
  readonly life: Life;
}

/** What one poll of a node brought. */
export interface Snapshot {
  readonly node: string;
  readonly bootId: string;
  readonly uptimeMs: number;
  readonly evidence: string;
  readonly complete: boolean;
  readonly peers: readonly ShownPeer[];
}

/** One existence of a peer on its node, with everything it really carried. */
export interface Life {
  readonly key: string;
  readonly moves: { readonly atMs: number; readonly rx: bigint; readonly tx: bigint }[];
  rx: bigint;
  tx: bigint;
}

/** A node with one WireGuard interface. The truth: knows what every peer really carried, read or not. */
export class SimulatedNode {
  readonly name: string;
  readonly lives: Life[] = [];
  readonly #living = new Map<string, Life>();
  #boot = 1;
  #bootedAtMs: number;
  #interface = 3;

  constructor(name: string, nowMs: number) {
    this.name = name;
    this.#bootedAtMs = nowMs - 5_000_000;
  }

  get keys(): string[] {
    return [...this.#living.keys()];
  }

  add(key: string): void {
    if (this.#living.has(key)) return;
    const life = { key, moves: [], rx: 0n, tx: 0n };
    this.#living.set(key, life);
    this.lives.push(life);
  }

  remove(key: string): void {
    this.#living.delete(key);
  }

  carry(key: string, rx: bigint, tx: bigint, atMs: number): Life {
    const life = this.#living.get(key);
    if (life === undefined) throw new Error(`${key} is not on ${this.name}`);
    life.rx += rx;
    life.tx += tx;
    life.moves.push({ atMs, rx, tx });
    return life;
  }

  /** The interface is made anew: all counters start again. With `boot` the whole node does. */
  restart(boot: boolean, nowMs: number): void {
    const keys = this.keys;
    this.#living.clear();
    this.#interface += boot ? 0 : 1;
    if (boot) {
      this.#boot++;
      this.#bootedAtMs = nowMs;
    }
    for (const key of keys) this.add(key);
  }

  /** `cutAt`: how many peers an answer shows that breaks off. */
  snapshot(nowMs: number, cutAt: number | null = null): Snapshot {
    const peers = [...this.#living.values()].map((life) => ({ key: life.key, rx: life.rx, tx: life.tx, life }));
    return {
      node: this.name,
      bootId: `${this.name}-boot-${this.#boot}`,
      uptimeMs: nowMs - this.#bootedAtMs,
      evidence: `${this.name}-boot-${this.#boot}:${this.#interface}`,
      complete: cutAt === null,
      peers: cutAt === null ? peers : peers.slice(0, cutAt),
    };
  }
}
