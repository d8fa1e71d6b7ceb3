import { inspect, isDeepStrictEqual } from 'node:util';
import { ExpectedError } from '../../src/core/errors.ts';
import type { NewNode } from '../../src/core/inventory/inventory-store.ts';
import type { EntryOutcome } from '../../src/core/ledger/entry.ts';
import type { NewScheduledReset, NodePoll } from '../../src/core/ledger/usage-ledger.ts';
import { WallTime } from '../../src/core/metering/wall-time.ts';
import { directed } from '../../src/core/units/bytes.ts';
import { Calendar, type Day } from '../../src/core/units/calendar.ts';
import type {
  EntryId,
  NodeId,
  PeerId,
  ResetId,
  ScheduledResetId,
  ServiceId,
  UserId,
} from '../../src/core/units/ids.ts';
import type { ManualClock } from '../../src/core/units/testing.ts';
import type { Database } from '../../src/lib/sqlite.ts';
import type { Stores } from '../../src/storage/sql/stores.ts';
import type { Action, Answer } from './actions.ts';
import { Faults } from './faults.ts';
import { Journal } from './journal.ts';
import type { Place } from './place.ts';
import type { Random } from './random.ts';
import { Timers } from './timers.ts';

/** Makes the place of a ledger, in which the faults strike. */
export type NewPlace = (parts: {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly faults: Faults;
  readonly journal: Journal;
}) => Place;

/** The machine that Xpert runs on: its process (ended and started again) and the real ledger in its place. */
export class Machine {
  readonly clock: ManualClock;
  readonly faults = new Faults();
  readonly journal = new Journal();
  readonly #timers = new Timers();
  readonly #random: Random;
  readonly #place: Place;
  #store: Stores | null = null;
  #calendar: { readonly changes: number; readonly calendar: Calendar } | null = null;
  readonly #ids = new Map<string, string>();
  wallTime: WallTime;

  constructor(clock: ManualClock, random: Random, newPlace: NewPlace) {
    this.clock = clock;
    this.#random = random;
    this.#place = newPlace({ clock, random, faults: this.faults, journal: this.journal });
    this.wallTime = new WallTime(clock);
    this.#timers.install();
  }

  /** Time passes. */
  advance(ms: number): void {
    this.clock.advance(ms);
    this.#timers.advance(ms);
  }

  get store(): Stores {
    if (this.#store === null) throw new Error('the simulated process does not run');
    return this.#store;
  }

  /** The ledger as it is, to look into. */
  get look(): Database {
    return this.#place.look;
  }

  /** Grows when one of these tables may have changed. */
  changes(tables: readonly string[]): number {
    return this.#place.changes(tables);
  }

  /** What the ledger does is in the journal. */
  get isNoted(): boolean {
    return this.#place.isNoted;
  }

  get nowMs(): number {
    return this.clock.now().getTime();
  }

  /** A fold that failed is tried again after a second, and a read waits for everything that was answered. */
  async settle(): Promise<void> {
    this.advance(1500);
    await this.store.heartbeat();
    await this.store.history.userTotals([]);
  }

  /** The panel's day that an instant lies in. */
  dayOf(ms: number): Day {
    const changes = this.#place.changes(['meta']);
    if (this.#calendar?.changes === changes) return this.#calendar.calendar.dayOf(ms);
    const zones = this.#place.value("SELECT value FROM meta WHERE name = 'calendar'") as string;
    this.#calendar = { changes, calendar: new Calendar(JSON.parse(zones)) };
    return this.#calendar.calendar.dayOf(ms);
  }

  async start(timeZone: string): Promise<void> {
    const { clock } = this;
    this.#ids.clear();
    this.#store = await this.#place.open({ clock, newId: () => this.#random.id(), timeZone });
    this.wallTime = new WallTime(clock, this.#store.lastInstant);
  }

  async stop(): Promise<void> {
    const store = this.#store;
    this.#store = null;
    try {
      await store?.close();
    } finally {
      this.#place.stopped();
    }
  }

  /** The process will end before that many more writes. */
  armCrash(writes: number): void {
    this.faults.crashAfter(writes, () => this.#place.cut());
  }

  /** After `armCrash`: ends the process now if it did not end on the way. @returns whether it ended on the way */
  async crash(): Promise<boolean> {
    const struck = this.faults.disarm();
    if (!struck) this.#place.cut();
    // Of a process that is gone nothing matters any more, not even how it ends.
    await this.stop().catch(() => {});
    this.#timers.clear();
    this.#place.cleared();
    return struck;
  }

  async dispose(): Promise<void> {
    this.faults.disarm();
    await this.stop();
    this.#place.dispose();
  }

  /** Writes a backup of the ledger as it is now. */
  async backUp(): Promise<string> {
    return await this.#place.backUp(this.store);
  }

  /** The process has to be stopped: puts a backup in the place of the ledger. */
  restore(backup: string): void {
    this.#place.restore(backup);
  }

  async addNode(name: string, opening: NewNode['opening']): Promise<void> {
    const source = { kind: 'wireguard', options: { transport: 'local' } };
    const createdAt = this.clock.now();
    await this.store.inventory.addNode({
      name,
      description: '',
      source,
      pollIntervalMs: 30_000,
      opening,
      usersPolicy: 'none',
      createdAt,
    });
  }

  /** Does it in the real ledger; never rejects. */
  async perform(action: Action): Promise<Answer> {
    try {
      this.journal.asker = action;
      const asked = this.#call(action);
      this.journal.asker = null;
      return await asked;
    } catch (error) {
      return `error ${error instanceof ExpectedError ? error.code : String(error)}`;
    }
  }

  async #call(action: Action): Promise<Answer> {
    const { ledger, inventory } = this.store;
    switch (action.kind) {
      case 'reports': {
        const { recorded, duplicates, stale, quarantined } = await ledger.recordReports(action.sender, action.reports);
        return `recorded ${recorded} duplicates ${duplicates} stale ${stale} quarantined ${quarantined}`;
      }
      case 'poll': {
        const { services, trackingOff } = await ledger.recordPoll(this.#toPoll(action));
        const counted = services[0]?.counted;
        return trackingOff ? 'tracking off' : `counted ${counted?.rx} ${counted?.tx}`;
      }
      case 'failed-poll': {
        const failure = { code: 'unreachable', message: 'The node did not answer.', hint: null, durationMs: 5000 };
        await ledger.recordFailedPoll({ nodeId: this.nodeId(action.node), at: new Date(action.atMs), ...failure });
        return 'ok';
      }
      case 'add-user': {
        const { name, token, countInCycle } = action;
        const rest = { telegramId: null, role: 'user', note: '', ownerId: null, active: true };
        const createdAt = this.clock.now();
        await inventory.addUser({
          name,
          userToken: token,
          linkToken: `link-${name}`,
          createdAt,
          countInCycle,
          ...rest,
        });
        return 'ok';
      }
      case 'delete-user':
        await inventory.deleteUser(this.userId(action.name), this.clock.now());
        return 'ok';
      case 'rotate-token':
        await inventory.rotateUserToken(this.userId(action.name), action.token);
        return 'ok';
      case 'assign':
        await inventory.assignPeers(
          action.assignments.map(({ peer, user, fromMs, countInCycle }) => ({
            peerId: this.peerId(peer),
            userId: user === null ? null : this.userId(user),
            from: new Date(fromMs),
            countInCycle,
          })),
        );
        return 'ok';
      case 'reset': {
        const { scope, half, dueMs } = action;
        const request = { scope, half, userIds: action.users.map((name) => this.userId(name)), by: null, reason: null };
        if (dueMs === null) await ledger.reset(request);
        else await this.#plan({ ...request, at: new Date(dueMs), ownerId: null });
        return 'ok';
      }
      case 'cancel':
        await ledger.cancelScheduledReset(this.#find<ScheduledResetId>(nth('scheduled_reset'), action.planned), null);
        return 'ok';
      case 'undo':
        await ledger.undoReset(this.#find<ResetId>(nth('reset'), action.mark - 1), null);
        return 'ok';
      case 'correct':
      case 'decide':
      case 'rebind':
      case 'undo-entry':
        await this.#enter(action);
        return 'ok';
      case 'tracking':
        await ledger.setTracking(action.enabled, null);
        return 'ok';
      case 'cleanup':
        await this.#cleanUp(action.days, action.maxRows);
        return 'ok';
      case 'cleanup-step':
        await ledger.cleanupStep(new Date(action.beforeMs), action.maxRows);
        return 'ok';
      case 'billing': {
        const { node, thousandths, direction } = action;
        const rule = { thousandths, direction };
        await this.store.billing.setRule({ nodeId: this.nodeId(node), serviceId: null, from: null, rule, by: null });
        return 'ok';
      }
      case 'beat':
        await this.store.heartbeat();
        return 'ok';
    }
  }

  /** Users by name: who is an admin's then is told in resets.contract.ts. */
  async #plan(request: NewScheduledReset): Promise<void> {
    const scope = request.scope === 'all' ? 'all' : 'user';
    await this.store.ledger.scheduleReset({ ...request, scope });
  }

  /** With a preview before, which must change nothing and say the same. */
  async #enter(action: Action & { kind: 'correct' | 'decide' | 'rebind' | 'undo-entry' }): Promise<void> {
    const { ledger } = this.store;
    const rest = { reason: 'because', by: null };
    const enter = (preview: boolean): Promise<EntryOutcome> => {
      if (action.kind === 'correct') return ledger.correct({ ...this.#toCorrection(action), ...rest }, preview);
      if (action.kind === 'rebind') {
        const { peer, user, fromMs, toMs } = action;
        const whose = { peerId: this.peerId(peer), userId: user === null ? null : this.userId(user) };
        const times = { from: new Date(fromMs), to: toMs === null ? null : new Date(toMs) };
        return ledger.rebind({ ...whose, ...times, ...rest }, preview);
      }
      if (action.kind === 'undo-entry') {
        const id = this.#find<EntryId>(nth('entry'), action.entry);
        return ledger.undoEntry({ id, ...rest }, preview);
      }
      const { item, decision } = { item: this.#asideItem(action), decision: action.decision };
      return ledger.decide({ item, decision, beforeXpert: false, ...rest }, preview);
    };
    if (action.kind === 'rebind' && action.isDirect) {
      await enter(false);
      return;
    }
    this.journal.asker = null;
    const preview = await enter(true);
    this.journal.asker = action;
    const asked = enter(false);
    this.journal.asker = null;
    const done = await asked;
    if (isDeepStrictEqual(preview.effect, done.effect)) return;
    const said = [preview.effect, done.effect].map((effect) => inspect(effect, { depth: 5 }));
    throw new Error(`a preview said ${said[0]}, then it was ${said[1]}`);
  }

  #toCorrection({ subject, carrier, fromMs, toMs, rx, tx }: Action & { kind: 'correct' }) {
    const [, server = '', port, protocol = ''] = /^(.*):(\d+)\/(.*)$/.exec(carrier) ?? [];
    const times = { from: new Date(fromMs), to: new Date(toMs), traffic: directed(rx, tx) };
    if ('peer' in subject) {
      return { subject: { kind: 'peer', peerId: this.peerId(subject.peer) }, carrier: null, ...times } as const;
    }
    const whose =
      'user' in subject
        ? ({ kind: 'user', userId: this.userId(subject.user) } as const)
        : ({ kind: 'token', userToken: subject.token } as const);
    if (protocol === 'wireguard') {
      const node = this.nodeId(server);
      const serviceId = this.#find<ServiceId>('SELECT id FROM vpn_service WHERE node_id = ?', node);
      return { subject: whose, carrier: { serviceId }, ...times };
    }
    return { subject: whose, carrier: { server, port: Number(port), protocol }, ...times };
  }

  #asideItem({ item: { source, rx, tx, atMs } }: Action & { kind: 'decide' }) {
    const whose = 'token' in source ? "report ->> 'userToken' = ?" : 'peer_id = (SELECT id FROM peer WHERE key = ?)';
    const sql = `SELECT CAST(id AS TEXT) FROM quarantine WHERE ${whose} AND rx = ? AND tx = ? AND at = ?`;
    const name = 'token' in source ? source.token : source.peer;
    const id = this.#place.value(sql, name, Number(rx), Number(tx), atMs);
    return { kind: 'quarantine', id: String(id) } as const;
  }

  /** As a cleanup does: nothing goes whose sums are not proven to stay. */
  async #cleanUp(days: number, maxRows: number): Promise<void> {
    await this.store.ledger.cleanupStep(await this.proveDays(days), maxRows);
  }

  /** @returns from when on that cleanup keeps records */
  async proveDays(days: number): Promise<Date> {
    const { ledger } = this.store;
    const { keepsFrom } = await ledger.previewCleanup(days);
    for (const day of await ledger.daysOfRecords(keepsFrom)) await ledger.proveDay(day);
    return keepsFrom;
  }

  userId(name: string): UserId {
    return this.#findOnce('SELECT id FROM user WHERE name = ?', name);
  }

  peerId(key: string): PeerId {
    return this.#findOnce('SELECT id FROM peer WHERE key = ?', key);
  }

  nodeId(name: string): NodeId {
    return this.#findOnce('SELECT id FROM node WHERE name = ?', name);
  }

  /** In a process an id stays what it is. */
  #findOnce<Id extends string>(sql: string, key: string): Id {
    const name = `${sql} ${key}`;
    const id = this.#ids.get(name) ?? this.#find(sql, key);
    if (id !== 'none') this.#ids.set(name, id);
    return id as Id;
  }

  #find<Id extends string>(sql: string, key: string | number): Id {
    return (this.#place.value(sql, key) ?? 'none') as Id;
  }

  #toPoll({ snapshot, opening, atMs, trackingPeriod, suspect, second }: Action & { kind: 'poll' }): NodePoll {
    const { node, bootId, uptimeMs, evidence, complete } = snapshot;
    const peers = snapshot.peers.map(({ key, rx, tx }) => ({ key, traffic: directed(rx, tx) }));
    const interfaces = [{ identity: `key of ${node}`, kind: 'wireguard', name: 'wg0', listenPort: 51820, peers }];
    return {
      nodeId: this.nodeId(second ? `second ${node}` : node),
      semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
      opening,
      poll: {
        order: { bootId, uptimeMs },
        complete,
        services: interfaces.map((shown) => ({ ...shown, startEvidence: evidence })),
        notices: [],
      },
      at: new Date(atMs),
      durationMs: 20,
      clockSuspect: suspect,
      trackingPeriod,
    };
  }
}

/** The row that so many came before: ids may have gaps. */
const nth = (table: string): string => `SELECT public_id FROM ${table} ORDER BY id LIMIT 1 OFFSET ?`;
