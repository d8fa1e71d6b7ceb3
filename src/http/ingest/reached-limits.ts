import type { UsageReport } from '../../core/ledger/report.ts';
import type { UserId } from '../../core/units/ids.ts';
import type { HttpPorts } from '../ports.ts';

/**
 * Tokens of users whose access is to be off, kept in memory so that a report pays a look at a set, and nothing where
 * nobody is limited. Follows the ledger's own notices.
 */
export class ReachedLimits {
  readonly #ports: Pick<HttpPorts, 'inventory' | 'userStates'>;
  readonly #tokens = new Map<UserId, string>();
  #limited: ReadonlySet<string> = new Set();

  constructor(ports: Pick<HttpPorts, 'inventory' | 'userStates'>) {
    this.#ports = ports;
    const look = (userIds: readonly UserId[] | null) => (userIds === null ? this.#lookAtAll() : this.#look(userIds));
    ports.userStates.onChange((userIds) => void look(userIds).catch(() => {}));
    void this.#lookAtAll().catch(() => {});
  }

  /** Those of the reports' tokens whose users are to be without access, each once. */
  among(reports: readonly UsageReport[]): readonly string[] {
    if (this.#limited.size === 0) return [];
    return [...new Set(reports.map(({ userToken }) => userToken).filter((token) => this.#limited.has(token)))];
  }

  async #lookAtAll(): Promise<void> {
    const off = (await this.#ports.userStates.accessOff()).map(({ userId }) => userId);
    await this.#look([...new Set([...off, ...this.#tokens.keys()])]);
  }

  async #look(userIds: readonly UserId[]): Promise<void> {
    const off = new Set(
      (await this.#ports.userStates.accessOffOf(userIds)).flatMap(({ userId, only }) => (only === null ? userId : [])),
    );
    for (const userId of userIds) {
      const user = off.has(userId) ? await this.#ports.inventory.user(userId) : null;
      if (user === null || user.userToken === '') this.#tokens.delete(userId);
      else this.#tokens.set(userId, user.userToken);
    }
    this.#limited = new Set(this.#tokens.values());
  }
}
