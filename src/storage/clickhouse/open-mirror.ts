import { ExpectedError } from '../../core/errors.ts';
import type { DayComparison } from '../../core/ledger/history-rebuild.ts';
import type { HistoryShipping } from '../../core/ledger/history-shipping.ts';
import type { SeriesQuery, Visibility } from '../../core/ledger/usage-history.ts';
import type { MirrorState, Outbox } from '../sql/mirror/outbox.ts';
import type { Mirror, MirroredLedger } from '../sql/stores.ts';
import { ClickHouseDays, LONG_DAYS } from './clickhouse-days.ts';
import { ClickHouseClient } from './client.ts';
import { DayTable } from './day-table.ts';
import { Shipper, type ShipperParts } from './shipper.ts';

export interface MirrorOptions extends Pick<ShipperParts, 'outbox' | 'onFailure' | 'idleMs' | 'retryMs'> {
  /** `http(s)://user:password@host:8123[,host:8123…]/database` */
  readonly url: string;
  /** Name of the cluster that the servers are of; absent: one server. */
  readonly cluster?: string | null;
  /** ClickHouse lost something, or holds what is not of this ledger: all days are sent again. */
  readonly onRestart: () => void;
  /** Charts of fewer days are read from the tables. */
  readonly atLeastDays?: number;
}

/** Keeps a mirror of the ledger's days in ClickHouse. Whether the server is there is no condition: it is tried again. */
export function openClickHouseMirror(options: MirrorOptions, ledger: MirroredLedger): Mirror {
  const { calendar, clock } = ledger;
  const { url, cluster = null, outbox, atLeastDays = LONG_DAYS } = options;
  const client = new ClickHouseClient(url);
  const table = new DayTable(client, cluster);
  const today = () => calendar.dayOf(clock.now().getTime()).number;
  const shipper = new Shipper({ ...options, table, today });
  const days = new ClickHouseDays(table, ledger, atLeastDays, shipper);
  shipper.start();
  return {
    chart: (query: SeriesQuery, who: Visibility) => days.chart(query, who),
    shipping: () => shippingOf(outbox, shipper, today()),
    compareDay: (day, mends) => compareDay({ outbox, table, shipper }, day, mends),
    async close() {
      const stopped = shipper.stop();
      // A batch that is not waited for is sent again at the next start.
      client.close();
      await stopped;
      await outbox.close();
    },
  };
}

interface Compared {
  readonly outbox: Outbox;
  readonly table: DayTable;
  readonly shipper: Shipper;
}

/** Slice by slice, then the sums, each at one moment. */
async function compareDay(
  { outbox, table, shipper }: Compared,
  day: number,
  mends: boolean,
): Promise<DayComparison | null> {
  const looked = async <T>(look: Promise<T | null>) => {
    const seen = await look;
    if (seen === null) shipper.doubt();
    return seen;
  };
  const slices = await outbox.slicesOf(day);
  let sum: DayComparison = { rows: 0, different: 0, foreign: 0, waiting: 0 };
  for (let slice = 0; slice < slices; slice++) {
    const read = (state: MirrorState) => looked(table.rowsOf(state, day, slice, slices));
    const found = await outbox.compare({ day, slice, slices }, read, mends);
    if (found === null) return null;
    sum = {
      rows: sum.rows + found.rows,
      different: sum.different + found.different,
      foreign: sum.foreign + found.foreign,
      waiting: sum.waiting + found.waiting,
    };
  }
  const sums = await outbox.compareSums(day, (state) => looked(table.sumsOf(state, day)), mends);
  if (sums === null) return null;
  return {
    rows: sum.rows,
    // A row that is mended changes the sum of its carrier, which then may have to be mended for that.
    different: Math.max(sum.different, sums.different),
    foreign: Math.max(sum.foreign, sums.foreign),
    waiting: sum.waiting + sums.waiting,
  };
}

async function shippingOf(outbox: Outbox, shipper: Shipper, today: number): Promise<HistoryShipping> {
  let { failure } = shipper;
  const state = await outbox.state().catch((error: Error) => {
    failure ??= new Error(`PostgreSQL does not tell how far it is: ${error.message}.`);
    return null;
  });
  return {
    waiting: state?.waiting ?? 0,
    waitingSince: state?.waitingSince ?? null,
    missingDays: state === null ? null : Math.max(0, today - 1 - state.filledDay),
    failure:
      failure === null
        ? null
        : { message: failure.message, hint: failure instanceof ExpectedError ? (failure.hint ?? null) : null },
  };
}
