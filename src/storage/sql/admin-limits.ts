import type { AdminLimit, AdminLimits } from '../../core/quota/admin-limit.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { AdminId, ResetId } from '../../core/units/ids.ts';
import type { AdminLimitReader } from './reader/admin-limit-reader.ts';
import type { Asked } from './reader/asked.ts';
import type { SlowReader } from './slow-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** Limits of admins: summed up beside the main thread now and then, so that booking costs nothing for them. */
export class SqlAdminLimits implements AdminLimits {
  readonly #reader: Asked<AdminLimitReader>;
  readonly #slow: SlowReader;
  readonly #writer: WriterLink;
  readonly #clock: Clock;

  constructor(reader: Asked<AdminLimitReader>, slow: SlowReader, writer: WriterLink, clock: Clock) {
    this.#reader = reader;
    this.#slow = slow;
    this.#writer = writer;
    this.#clock = clock;
  }

  async standing(adminId: AdminId) {
    await this.#writer.settle();
    return await this.#slow.read('adminStanding', adminId, this.#nowMs());
  }

  async reachedAt(adminId: AdminId) {
    return this.#reader.reachedAt(adminId);
  }

  async setLimit(adminId: AdminId, limit: AdminLimit | null) {
    const before = (await this.standing(adminId))?.limit;
    // Without cycles there is no other beginning to count from.
    const begins = limit !== null && limit.cycle.kind === 'none' && before?.cycle.kind !== 'none';
    const start = begins ? await this.#slow.read('adminSums', adminId, limit, this.#nowMs()) : null;
    await this.#writer.run('setAdminLimit', adminId, limit, start);
    await this.#judge(adminId);
  }

  async startAnew(adminId: AdminId, resetId: ResetId) {
    const standing = await this.standing(adminId);
    if (standing === null) return;
    const sums = await this.#slow.read('adminSums', adminId, standing.limit, this.#nowMs());
    await this.#writer.run('startAdminLimitAnew', adminId, sums, resetId);
    await this.#judge(adminId);
  }

  async judge() {
    for (const adminId of await this.#reader.limited()) await this.#judge(adminId);
  }

  async #judge(adminId: AdminId): Promise<void> {
    const standing = await this.standing(adminId);
    if (standing === null) return;
    const { isUsedUp, reachedAt } = standing;
    if (isUsedUp !== (reachedAt !== null)) await this.#writer.run('setAdminLimitReached', adminId, isUsedUp);
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
