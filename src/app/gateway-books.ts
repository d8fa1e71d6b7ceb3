import type { PanelBooks, PanelReset, UsageBeyond } from '../core/gateway/gateway.ts';
import type { InventoryStore } from '../core/inventory/inventory-store.ts';
import type { Node } from '../core/inventory/node.ts';
import type { UsageHistory } from '../core/ledger/usage-history.ts';
import type { UsageLedger } from '../core/ledger/usage-ledger.ts';
import type { Poll } from '../core/metering/collector.ts';
import type { AuditLog } from '../core/settings/settings-store.ts';
import type { Clock } from '../core/units/clock.ts';
import type { UserId } from '../core/units/ids.ts';
import type { PollLog } from './node-polling.ts';

export interface BooksDependencies {
  readonly inventory: Pick<InventoryStore, 'peers'>;
  readonly history: Pick<UsageHistory, 'usageBeyond'>;
  readonly ledger: Pick<UsageLedger, 'reset'>;
  readonly audit: Pick<AuditLog, 'write'>;
  readonly clock: Clock;
  readonly log: PollLog;
}

/** A mark that has to be set, because the panel has reset its half. */
interface Owed {
  readonly reset: PanelReset;
  readonly by: string | null;
  readonly since: Date;
}

/** A page of a panel asks for the same admin several times. */
const FRESH_MS = 10_000;
const PEERS_AT_ONCE = 1000;

/** What the ledger knows about the accounts of one panel, for the gateway before it. */
export class GatewayBooks implements PanelBooks {
  readonly #use: BooksDependencies;
  readonly #node: Node;
  /** Accounts by the admin of the panel who has them; null before the first reading. */
  #owners: ReadonlyMap<string, readonly string[]> | null = null;
  readonly #sums = new Map<string, { readonly atMs: number; readonly sum: UsageBeyond }>();
  #owed: readonly Owed[] = [];

  constructor(dependencies: BooksDependencies, node: Node) {
    this.#use = dependencies;
    this.#node = node;
  }

  seen({ complete, services }: Poll): void {
    if (!complete) return;
    const owners = new Map<string, string[]>();
    for (const { peers } of services) {
      for (const { key, owner } of peers) {
        if (owner === undefined) continue;
        const keys = owners.get(owner);
        if (keys === undefined) owners.set(owner, [key]);
        else keys.push(key);
      }
    }
    this.#owners = owners;
  }

  async beyond(keys: readonly string[]): Promise<ReadonlyMap<string, UsageBeyond>> {
    return keys.length === 0 ? new Map() : await this.#use.history.usageBeyond(this.#node.id, keys);
  }

  async beyondOf(owner: string): Promise<UsageBeyond | null> {
    if (this.#owners === null) return null;
    const nowMs = this.#use.clock.monotonicMs();
    const known = this.#sums.get(owner);
    if (known !== undefined && nowMs - known.atMs < FRESH_MS) return known.sum;
    const accounts = await this.#use.history.usageBeyond(this.#node.id, this.#owners.get(owner) ?? []);
    const byUser = new Map([...accounts.values()].map((account) => [account.userId, account]));
    const sum = [...byUser.values()].reduce(
      (total, { shown, ever }) => ({ shown: total.shown + shown, ever: total.ever + ever }),
      { shown: 0n, ever: 0n },
    );
    this.#sums.set(owner, { atMs: nowMs, sum });
    return sum;
  }

  async hasReset(reset: PanelReset, by: string | null): Promise<void> {
    try {
      await this.#mark(reset, by);
    } catch (error) {
      this.#owed = [...this.#owed, { reset, by, since: this.#use.clock.now() }];
      const fields = { err: error, node: this.#node.name, what: wordsOf(reset) };
      this.#use.log.error(fields, 'usage was reset in the panel; the mark here failed and is tried again');
    }
  }

  owed(): readonly { readonly since: Date }[] {
    return this.#owed.map(({ since }) => ({ since }));
  }

  /** Sets the marks that could not be set; one that fails again keeps none of the others waiting. */
  async payOwed(): Promise<void> {
    for (const owed of this.#owed) {
      try {
        await this.#mark(owed.reset, owed.by);
      } catch {
        continue;
      }
      this.#owed = this.#owed.filter((other) => other !== owed);
    }
  }

  async #mark(reset: PanelReset, by: string | null): Promise<void> {
    const userIds = await this.#usersOf(reset);
    this.#sums.clear();
    if (userIds.length === 0) return;
    const { ledger, audit, clock } = this.#use;
    const reason = `Reset in the panel ${this.#node.name}`;
    const mark = await ledger.reset({ scope: 'user', userIds, half: null, by: null, reason });
    const detail = {
      scope: mark.scope,
      users: mark.users,
      node: this.#node.name,
      ...(by === null ? {} : { panelAdmin: by }),
    };
    await audit.write({ at: clock.now(), by: null, via: 'system', action: 'usage.reset', subject: mark.id, detail });
  }

  async #usersOf(reset: PanelReset): Promise<UserId[]> {
    if (reset.kind === 'all') return await this.#allUsers();
    const keys = reset.kind === 'account' ? [reset.key] : this.#accountsOf(reset.owner);
    const accounts = await this.#use.history.usageBeyond(this.#node.id, keys);
    return [...new Set([...accounts.values()].map(({ userId }) => userId))];
  }

  #accountsOf(owner: string): readonly string[] {
    // Better late than nobody's: the next reading of the panel tells.
    if (this.#owners === null) throw new Error('The panel was not read yet: its admins are not known.');
    return this.#owners.get(owner) ?? [];
  }

  async #allUsers(): Promise<UserId[]> {
    const users = new Set<UserId>();
    let cursor: string | null = null;
    do {
      const query = { nodeId: this.#node.id, withEnded: true, limit: PEERS_AT_ONCE, cursor } as const;
      const page: Awaited<ReturnType<InventoryStore['peers']>> = await this.#use.inventory.peers(query);
      for (const { userId } of page.items) if (userId !== null) users.add(userId);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return [...users];
  }
}

function wordsOf(reset: PanelReset): string {
  if (reset.kind === 'all') return 'all its users';
  return reset.kind === 'account' ? reset.key : `all users of ${reset.owner}`;
}
