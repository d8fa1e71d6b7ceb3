import type {
  AccessChange,
  CannotEnforce,
  Enforcer,
  EnforcerAbilities,
  EnforcerTarget,
  Outcome,
  Seen,
} from '../../src/core/access/enforcer.ts';

export const FAKE_ABILITIES: EnforcerAbilities = {
  code: 'access-fake',
  means: 'its addresses are taken away',
  liveSessions: 'cut',
  countsDropped: true,
  isShownInPolls: true,
  keepsSecrets: false,
  caveats: [],
};

/** A VPN in memory that lets peers be suspended as WireGuard does: without addresses nothing gets through. */
export class FakeVpn implements Enforcer {
  /** Addresses by key; empty: suspended. */
  readonly peers = new Map<string, string>();
  /** Every change that the enforcer made, `off KEY` or `on KEY`. */
  readonly changes: string[] = [];
  looks = 0;
  /** Why it takes no change; null: it does. */
  failure: Error | null = null;
  /** What it can do; a test may say that it cannot. */
  abilities: EnforcerAbilities | CannotEnforce = FAKE_ABILITIES;

  async look(targets: readonly EnforcerTarget[]): Promise<readonly Seen[]> {
    this.looks += 1;
    return targets.map(({ key }) => {
      const kept = this.peers.get(key);
      if (kept === undefined) return { state: 'absent' };
      return kept === '' ? { state: 'suspended' } : { state: 'active', kept };
    });
  }

  async suspend(changes: readonly AccessChange[]): Promise<readonly Outcome[]> {
    if (this.failure !== null) throw this.failure;
    return changes.map(({ target, kept }) => this.#change('off', target.key, kept, ''));
  }

  async restore(changes: readonly AccessChange[]): Promise<readonly Outcome[]> {
    return changes.map(({ target, kept }) => this.#change('on', target.key, '', kept));
  }

  async close(): Promise<void> {}

  #change(verb: 'off' | 'on', key: string, expected: string, becomes: string): Outcome {
    const now = this.peers.get(key);
    if (now === undefined) return 'absent';
    if (now !== expected) return 'changed';
    this.peers.set(key, becomes);
    this.changes.push(`${verb} ${key}`);
    return 'done';
  }
}
