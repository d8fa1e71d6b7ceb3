import type { MovedElsewhere } from '../../../core/access/source-limit.ts';
import type { AccountBeyond } from '../../../core/ledger/usage-history.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { NodeId, UserId } from '../../../core/units/ids.ts';
import type { QuotaUsageReader } from '../quota-usage.ts';
import { type Statements, VISIBLE } from './statements.ts';

/** Reports may tell of what was up to so many days ago (core/metering/ingest.ts), and a day more where zones differ. */
const LATE_DAYS = 36;

/** Reads what the users of a panel's accounts moved elsewhere. */
export class BeyondReader {
  readonly #sql: Statements;
  readonly #calendar: Calendar;
  readonly #usage: Pick<QuotaUsageReader, 'doubtedOf'>;
  readonly #trusted: () => readonly string[];

  constructor(
    sql: Statements,
    calendar: Calendar,
    usage: Pick<QuotaUsageReader, 'doubtedOf'>,
    trusted: () => readonly string[],
  ) {
    this.#sql = sql;
    this.#calendar = calendar;
    this.#usage = usage;
    this.#trusted = trusted;
  }

  usageBeyond(nodeId: NodeId, keys: readonly string[]): Map<string, AccountBeyond> {
    const rows = this.#sql.allBig<{ key: string; userId: UserId; shown: bigint; ever: bigint }>(
      `WITH ${ACCOUNT}
       SELECT a.key, a.user_id AS userId, ${sumOf('TRUE')} AS ever, ${sumOf(VISIBLE)} AS shown FROM account a`,
      { nodeId, keys: JSON.stringify(keys) },
    );
    return new Map(rows.map(({ key, userId, shown, ever }) => [key, { userId, shown, ever }]));
  }

  movedElsewhere(nodeId: NodeId, keys: readonly string[]): Map<string, MovedElsewhere> {
    const reported = 'c.service_id IS NULL';
    const rows = this.#sql.allBig<ElsewhereRow>(
      `WITH ${ACCOUNT}
       SELECT a.key, a.user_id AS userId, ${sumOf('TRUE')} AS ever, ${sumOf(VISIBLE)} AS shown,
         ${sumOf(reported)} AS reportedEver, ${sumOf(`${reported} AND ${VISIBLE}`)} AS reportedShown FROM account a`,
      { nodeId, keys: JSON.stringify(keys) },
    );
    return new Map(
      rows.map(({ key, userId, shown, ever, reportedShown, reportedEver }) => {
        const services = { shown: shown - reportedShown, ever: ever - reportedEver };
        return [key, { userId, services, reports: { shown: reportedShown, ever: reportedEver } }];
      }),
    );
  }

  /** Reported bytes booked since then that nobody vouches for: at least as many as there are, up to those of whole days. */
  doubtedSince(userId: UserId, since: Date): bigint {
    const firstDay = this.#calendar.dayOf(since.getTime()).number - LATE_DAYS;
    const tallies = this.#sql.allBig<{ tallyId: bigint }>(
      `SELECT t.id AS tallyId FROM segment g CROSS JOIN tally t ON t.segment_id = g.id
         CROSS JOIN series s ON s.id = t.series_id CROSS JOIN carrier c ON c.id = s.carrier_id
       WHERE g.user_id = @userId AND c.service_id IS NULL
         AND c.server NOT IN (SELECT value FROM json_each(@trusted))`,
      { userId, trusted: JSON.stringify(this.#trusted()) },
    );
    return tallies.reduce((sum, { tallyId }) => {
      const { rx, tx, undirected } = this.#usage.doubtedOf(tallyId, { firstDay, lastDay: LAST_DAY });
      return sum + rx + tx + undirected;
    }, 0n);
  }
}

/** Later than any. */
const LAST_DAY = 100_000;

interface ElsewhereRow {
  readonly key: string;
  readonly userId: UserId;
  readonly shown: bigint;
  readonly ever: bigint;
  readonly reportedShown: bigint;
  readonly reportedEver: bigint;
}

/** Accounts with a user. */
const ACCOUNT = `account AS MATERIALIZED (SELECT DISTINCT p.key, p.user_id FROM json_each(@keys) k
  CROSS JOIN vpn_service v ON v.node_id = @nodeId
  CROSS JOIN peer p ON p.service_id = v.id AND p.key = k.value WHERE p.user_id IS NOT NULL)`;

/** From the user's segments on, never from a carrier through everybody's series. */
function sumOf(condition: string): string {
  return `(SELECT ifnull(sum(t.rx + t.tx + t.undirected), 0) FROM segment g CROSS JOIN tally t ON t.segment_id = g.id
    CROSS JOIN series s ON s.id = t.series_id CROSS JOIN carrier c ON c.id = s.carrier_id
    WHERE g.user_id = a.user_id AND ${condition}
      AND (c.service_id IS NULL OR c.service_id NOT IN (SELECT id FROM vpn_service WHERE node_id = @nodeId)))`;
}
