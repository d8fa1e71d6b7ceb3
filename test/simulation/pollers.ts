import type { Action } from './actions.ts';
import type { Machine } from './machine.ts';
import type { Model } from './model.ts';
import type { Random } from './random.ts';
import type { SimulatedNode, Snapshot } from './world.ts';

const START_MS = Date.parse('2026-03-01T12:00:00Z');

interface Parts {
  readonly random: Random;
  readonly nodes: readonly SimulatedNode[];
  readonly machine: Machine;
  readonly opening: 'baseline' | 'count';
  readonly model: () => Model;
}

/** Reads nodes: mostly in order, and now and then as it should not be. */
export class Pollers {
  readonly #parts: Parts;
  readonly #old: { readonly snapshot: Snapshot; readonly atMs: number; readonly trackingPeriod: number }[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  next(): Action | null {
    const { random, nodes, opening, model } = this.#parts;
    const node = random.pick(nodes);
    const rest = this.#circumstances;
    const { atMs, trackingPeriod } = rest;
    switch (random.weighted({ whole: 14, cut: 2, lost: 1, failed: 1, again: 2, second: 1 })) {
      case 'whole':
        return this.whole(node);
      case 'cut':
        return { kind: 'poll', snapshot: node.snapshot(this.#trueMs, random.int(0, 4)), ...rest };
      case 'lost':
        // Read on the node, and never delivered, or delivered late.
        this.#old.push({ snapshot: node.snapshot(this.#trueMs), atMs, trackingPeriod });
        return null;
      case 'second':
        // The same interface through another node: known already, so the first one goes on counting.
        if (!model().state.services.has(node.name)) return null;
        return { kind: 'poll', snapshot: node.snapshot(this.#trueMs), ...rest, second: true };
      case 'failed':
        return { kind: 'failed-poll', node: node.name, atMs };
      case 'again': {
        // Mostly one of the last; now and then one that somebody held for days.
        const old = random.pickOrNone(random.chance(0.2) ? this.#old : this.#old.slice(-6));
        return old === undefined ? null : { kind: 'poll', opening, suspect: false, ...old };
      }
    }
  }

  whole(node = this.#parts.random.pick(this.#parts.nodes)): Action {
    const rest = this.#circumstances;
    const snapshot = node.snapshot(this.#trueMs);
    this.#old.push({ snapshot, atMs: rest.atMs, trackingPeriod: rest.trackingPeriod });
    return { kind: 'poll', snapshot, ...rest };
  }

  /** Of what is read now. */
  get #circumstances() {
    const { machine, model, opening } = this.#parts;
    const { at, suspect } = machine.wallTime.read();
    const { trackingPeriod } = model().state;
    return { opening, atMs: at.getTime(), trackingPeriod, suspect };
  }

  /** Real time, which nobody sets. */
  get #trueMs(): number {
    return START_MS + this.#parts.machine.clock.monotonicMs();
  }
}
