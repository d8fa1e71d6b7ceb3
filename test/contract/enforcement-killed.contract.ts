import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runPass } from '../../src/app/access/pass.ts';
import type { AccessTarget } from '../../src/core/access/decide.ts';
import type { NodeId, UserId } from '../../src/core/units/ids.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { KeyFileBox } from '../../src/lib/key-file-box.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import type { EnforcerRig } from './enforcer.contract.ts';
import { newNode, newUser, nodePoll, wg0 } from './store-fixture.ts';

/** The process ends here. */
class Killed extends Error {}

const OWNED = ['a', 'b'];
const ALL = [...OWNED, 'c'];

/** Passes of the product over a system on a real socket and a ledger on disk; the process can end at any call to either. */
class Passes {
  readonly #rig: EnforcerRig;
  readonly #store: SqliteStore;
  readonly #nodeId: NodeId;
  readonly #clock: ManualClock;
  readonly #users: UserId[] = [];
  #calls = 0;
  #counter = 0n;
  #killAt = Number.POSITIVE_INFINITY;

  private constructor(rig: EnforcerRig, store: SqliteStore, nodeId: NodeId, clock: ManualClock) {
    this.#rig = rig;
    this.#store = store;
    this.#nodeId = nodeId;
    this.#clock = clock;
  }

  static async open(rig: EnforcerRig, folder: string): Promise<Passes> {
    const clock = new ManualClock();
    const secretBox = new KeyFileBox(join(folder, 'secret.key'));
    const rest = { clock, newId: () => randomId(16), timeZone: 'UTC', workers: null, secretBox };
    const store = await openSqliteStore({ path: join(folder, 'ledger.db'), ...rest });
    const { id } = await store.inventory.addNode(newNode('main'));
    await store.access.setMode(id, 'enforce', clock.now());
    const passes = new Passes(rig, store, id, clock);
    await passes.#poll();
    for (const key of OWNED) {
      const user = await store.inventory.addUser(newUser(`user-${key}`));
      const peer = await store.inventory.findPeer(rig.target(key).key);
      if (peer === null) throw new Error(`no peer ${key}`);
      await store.inventory.assignPeers([{ peerId: peer.id, userId: user.id, from: clock.now(), countInCycle: false }]);
      passes.#users.push(user.id);
    }
    return passes;
  }

  /** All get access, or lose it, in a pass that ends at that call; true if it came to its end. A process anew follows. */
  async killed(killAt: number, active: boolean): Promise<boolean> {
    for (const id of this.#users) await this.#store.inventory.updateUser(id, { active });
    this.#killAt = killAt;
    const isWhole = await this.#pass();
    this.#killAt = Number.POSITIVE_INFINITY;
    await this.#rig.reopen();
    for (let n = 0; n < 3; n++) await this.#pass();
    return isWhole;
  }

  /** As the source would show its peers now. */
  async #poll(): Promise<Map<string, boolean>> {
    this.#clock.advance(3_600_000);
    this.#counter += 10n;
    const shown = new Map<string, boolean>();
    for (const key of ALL) {
      const isOff = await this.#rig.isOff(key);
      if (!isOff || this.#rig.abilities.vanishes !== true) shown.set(this.#rig.target(key).key, isOff);
    }
    const { identity, kind, service: name } = this.#rig.target('a');
    const traffic = { rx: this.#counter, tx: this.#counter - 1n, total: 2n * this.#counter - 1n };
    const peers = [...shown.keys()].map((key) => ({ key, traffic }));
    const service = { ...wg0({}), identity, kind, name, peers };
    await this.#store.ledger.recordPoll(nodePoll(this.#nodeId, this.#clock.now(), [service]));
    await this.#store.quotas.judge();
    return shown;
  }

  /** True if the process came to its end. */
  async #pass(): Promise<boolean> {
    const { abilities, enforcer } = this.#rig;
    const shown = await this.#poll();
    const request = {
      nodeId: this.#nodeId,
      enforcer: this.#mortal(enforcer),
      abilities,
      limits: { most: 1000, percent: 100 },
      now: () => this.#clock.now(),
      isOff: ({ key }: AccessTarget) => (abilities.isShownInPolls ? shown.get(key) : undefined),
    };
    this.#calls = 0;
    try {
      await runPass(this.#mortal(this.#store.access), request, AbortSignal.timeout(10_000));
      return true;
    } catch (error) {
      if (error instanceof Killed) return false;
      throw error;
    }
  }

  async marks(): Promise<string[]> {
    const targets = await this.#store.access.targets(this.#nodeId);
    return targets.flatMap(({ mark }) => (mark === null ? [] : [mark.phase]));
  }

  close() {
    return this.#store.close();
  }

  /** Dies before or after a call, by turns: what was asked may have been done or not. */
  #mortal<T extends object>(part: T): T {
    return new Proxy(part, {
      get: (of, name) => {
        const value = Reflect.get(of, name) as unknown;
        // It asks nobody: nothing can happen in between.
        if (typeof value !== 'function' || name === 'join') return value;
        return async (...args: unknown[]) => {
          if (++this.#calls === this.#killAt) throw new Killed();
          const result = await value.apply(of, args);
          if (++this.#calls === this.#killAt) throw new Killed();
          return result;
        };
      },
    });
  }
}

/** Everything that stands in the tables of a ledger. */
function everyRow(path: string): string {
  const db = new Sqlite(path, { readonly: true });
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  const cells = tables.flatMap((table) => db.prepare(`SELECT * FROM "${table}"`).raw().all().flat(2));
  db.close();
  return cells.map((cell) => (Buffer.isBuffer(cell) ? cell.toString('latin1') : String(cell))).join('\n');
}

/** Killed at every single call of cutting and of giving back, one after the other. */
export function killedContract(name: string, make: () => Promise<EnforcerRig>): void {
  test(`${name}: killed at any moment, everybody gets where they are wanted, and nobody else is touched`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'xpert-killed-'));
    const rig = await make();
    await rig.make(ALL);
    const passes = await Passes.open(rig, folder);
    try {
      await killEverywhere(rig, passes, join(folder, 'ledger.db'));
    } finally {
      await passes.close();
      await rig.close();
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
}

async function killEverywhere(rig: EnforcerRig, passes: Passes, ledger: string): Promise<void> {
  const settings = () => Promise.all(ALL.map((key) => rig.settings(key)));
  const off = () => Promise.all(ALL.map((key) => rig.isOff(key)));
  const before = await settings();
  for (let killAt = 1; ; killAt++) {
    expect(killAt).toBeLessThan(60);
    const wasCutWhole = await passes.killed(killAt, false);
    expect([killAt, await off()]).toEqual([killAt, [true, true, false]]);
    if (killAt === 1) expect(rig.secrets.filter((secret) => everyRow(ledger).includes(secret))).toEqual([]);
    const wasGivenBackWhole = await passes.killed(killAt, true);
    expect([killAt, await settings(), await passes.marks()]).toEqual([killAt, before, []]);
    if (wasCutWhole && wasGivenBackWhole) return;
  }
}
