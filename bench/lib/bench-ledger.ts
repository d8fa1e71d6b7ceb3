import type { UsageReport } from '../../src/core/ledger/report.ts';
import { Calendar } from '../../src/core/units/calendar.ts';
import type { AdminId } from '../../src/core/units/ids.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { LedgerWriter } from '../../src/storage/sql/writer/ledger-writer.ts';
import type { WriterItem } from '../../src/storage/sql/writer/writer-items.ts';
import { writeConnection } from '../../src/storage/sqlite/connections.ts';
import { openForWriting } from '../../src/storage/sqlite/database.ts';

type NewItem<I extends WriterItem = WriterItem> = I extends WriterItem ? Omit<I, 'id'> : never;

/** The product's writer in this thread, at instants of our choosing: fills prepared databases quickly. */
export class BenchLedger {
  readonly #writer: LedgerWriter;
  #lastId = 0;

  constructor(file: string, nowMs: number) {
    const calendar = Calendar.of('UTC');
    this.#writer = new LedgerWriter(writeConnection(openForWriting(file)), {
      calendar,
      newId: () => randomId(16),
      nowMs,
    });
    this.#run(nowMs, [{ kind: 'operation', name: 'setMeta', args: ['calendar', calendar.zones] }]);
  }

  /** Users with the tokens given, all of one owner. One commit per thousand. */
  addUsers(tokens: readonly string[], nowMs: number): void {
    const createdAt = new Date(nowMs);
    const owner = { name: 'bench-owner', role: 'owner', passwordHash: '!', createdAt };
    const [admin] = this.#run(nowMs, [{ kind: 'operation', name: 'addAdmin', args: [owner] }]);
    const ownerId = (admin as { id: AdminId }).id;
    for (let n = 0; n < tokens.length; n += 1000) {
      const users = tokens.slice(n, n + 1000).map((userToken, index) => ({
        ...{ name: `user ${n + index}`, userToken, linkToken: randomId(22), telegramId: null, role: 'user', note: '' },
        ...{ ownerId, active: true, createdAt, countInCycle: true },
      }));
      this.#run(
        nowMs,
        users.map((user) => ({ kind: 'operation', name: 'addUser', args: [user] })),
      );
    }
  }

  /** Reports of senders that nobody authenticated, as they arrive at `nowMs`; one commit. */
  report(reports: readonly UsageReport[], nowMs: number): void {
    const sender = { credential: null, verified: false, backfill: false };
    this.#run(nowMs, [{ kind: 'reports', sender, reports }]);
  }

  close(): void {
    this.#writer.close();
  }

  #run(nowMs: number, items: readonly NewItem[]): unknown[] {
    this.#writer.enqueue(
      items.map((item) => ({ ...item, id: ++this.#lastId }) as WriterItem),
      nowMs,
    );
    const values: unknown[] = [];
    while (this.#writer.hasWork) {
      for (const answer of this.#writer.turn().answers) {
        if (!answer.ok) throw answer.error;
        values.push(answer.value);
      }
    }
    return values;
  }
}

/** A delta with an event id, as a reporter posts it. */
export function deltaReport(
  fields: Pick<UsageReport, 'userToken' | 'server' | 'eventId'> & { readonly rx: number; readonly tx: number },
): UsageReport {
  const { userToken, server, eventId, rx, tx } = fields;
  return {
    ...{ userToken, server, port: 443, protocol: 'vless', rx: BigInt(rx), tx: BigInt(tx) },
    ...{ mode: 'delta', stream: '', eventId, periodStart: null, periodEnd: null },
  };
}
