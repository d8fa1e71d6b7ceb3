import type { UserStates } from '../../core/quota/user-state.ts';
import type { UserId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { QuotaReader } from './reader/quota-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** States of users: written with what they follow from, read here. */
export class SqlUserStates implements UserStates {
  readonly #reader: Asked<QuotaReader>;
  readonly #writer: WriterLink;

  constructor(reader: Asked<QuotaReader>, writer: WriterLink) {
    this.#reader = reader;
    this.#writer = writer;
  }

  async accessOff() {
    return this.#reader.accessOff(null);
  }

  async accessOffOf(userIds: readonly UserId[]) {
    return this.#reader.accessOff(userIds);
  }

  onChange(listener: (userIds: readonly UserId[] | null) => void) {
    const unsubscribe = [this.#writer.onStates(listener), this.#writer.onAnew(() => listener(null))];
    return () => {
      for (const end of unsubscribe) end();
    };
  }
}
