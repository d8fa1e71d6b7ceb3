interface Limits {
  readonly count: number;
  readonly weight: number;
}

/** Values by name. Where they become too many or too heavy, those go that nobody has asked for longest, and that rest. */
export class Recent<V extends { readonly running: unknown }> {
  readonly #limits: Limits;
  /** The ones asked for last are at the end. */
  readonly #held = new Map<string, { readonly value: V; weight: number }>();
  #weight = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get(name: string, make: () => V): V {
    const held = this.#held.get(name) ?? { value: make(), weight: 0 };
    this.#held.delete(name);
    this.#held.set(name, held);
    this.#shrink();
    return held.value;
  }

  /** Notes what the value holds by now. One that has gone meanwhile weighs nothing. */
  weigh(name: string, value: V, weight: number): void {
    const held = this.#held.get(name);
    if (held?.value !== value) return;
    this.#weight += weight - held.weight;
    held.weight = weight;
    this.#shrink();
  }

  values(): V[] {
    return [...this.#held.values()].map(({ value }) => value);
  }

  #shrink(): void {
    for (const [name, { value, weight }] of this.#held) {
      if (this.#held.size <= this.#limits.count && this.#weight <= this.#limits.weight) return;
      if (value.running !== null) continue;
      this.#held.delete(name);
      this.#weight -= weight;
    }
  }
}
