import type { Terms } from '../../core/quota/plan.ts';
import type { EntitlementChange, NewPlan, NewTopUp, QuotaStore } from '../../core/quota/quota-store.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { AdminId, PlanId, TopUpId, UserId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { NoteworthyReader } from './reader/noteworthy-reader.ts';
import type { QuotaReader } from './reader/quota-reader.ts';
import type { SlowReader } from './slow-reader.ts';
import type { WriterLink } from './writer-link.ts';

interface QuotaReaders {
  readonly quotas: Asked<QuotaReader>;
  readonly noteworthy: Asked<NoteworthyReader>;
}

/** Plans and entitlements: written and judged by the writer, read here. */
export class SqlQuotaStore implements QuotaStore {
  readonly #reader: Asked<QuotaReader>;
  readonly #own: Asked<NoteworthyReader>;
  readonly #slow: SlowReader;
  readonly #writer: WriterLink;
  readonly #clock: Clock;

  /** `own` is asked where no thread has to be started for it. */
  constructor(readers: QuotaReaders, slow: SlowReader, writer: WriterLink, clock: Clock) {
    this.#reader = readers.quotas;
    this.#own = readers.noteworthy;
    this.#slow = slow;
    this.#writer = writer;
    this.#clock = clock;
  }

  async plans() {
    return this.#reader.plans();
  }

  async findPlan(text: string) {
    return this.#reader.findPlan(text);
  }

  addPlan(plan: NewPlan) {
    return this.#writer.run('addPlan', plan);
  }

  updatePlan(id: PlanId, change: Partial<NewPlan>) {
    return this.#writer.run('updatePlan', id, change);
  }

  deletePlan(id: PlanId) {
    return this.#writer.run('deletePlan', id);
  }

  entitle(userIds: readonly UserId[], change: EntitlementChange, by: AdminId | null) {
    return this.#writer.run('entitle', userIds, change, by);
  }

  addTopUp(topUp: NewTopUp) {
    return this.#writer.run('addTopUp', topUp);
  }

  undoTopUp(id: TopUpId, by: AdminId | null) {
    return this.#writer.run('undoTopUp', id, by);
  }

  async noteworthy() {
    if (!(await this.#own.areMany())) return this.#own.users(this.#nowMs());
    return await this.#slow.read('noteworthyUsers', this.#nowMs());
  }

  async topUps(userId: UserId) {
    return this.#reader.topUps(userId);
  }

  async topUp(id: TopUpId) {
    return this.#reader.topUp(id);
  }

  async standings(userIds: readonly UserId[]) {
    await this.#writer.settle();
    return this.#reader.standings(userIds, this.#nowMs());
  }

  async preview(terms: Terms, userIds: readonly UserId[], how: 'given' | 'changed', planId: PlanId | null) {
    await this.#writer.settle();
    return await this.#slow.read('previewTerms', terms, userIds, how, planId, this.#nowMs());
  }

  async stateChanges(userId: UserId, limit: number) {
    return this.#reader.stateChanges(userId, limit);
  }

  async trustedServers() {
    return this.#reader.trustedServers();
  }

  setTrustedServers(servers: readonly string[]) {
    return this.#writer.run('setTrustedServers', servers);
  }

  async judge() {
    const { more, nextBegins } = await this.#writer.run('judgeDue');
    const begun = nextBegins ? await this.#writer.run('beginNextPlans') : [];
    return more || begun.length > 0;
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
