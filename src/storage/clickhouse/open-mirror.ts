import { ExpectedError } from '../../core/errors.ts';
import type { HistoryShipping } from '../../core/ledger/history-shipping.ts';
import type { SeriesQuery, Visibility } from '../../core/ledger/usage-history.ts';
import type { Outbox } from '../sql/mirror/outbox.ts';
import type { Mirror, MirroredLedger } from '../sql/stores.ts';
import { ClickHouseDays, LONG_DAYS } from './clickhouse-days.ts';
import { ClickHouseClient } from './client.ts';
import { Shipper, type ShipperParts } from './shipper.ts';

export interface MirrorOptions extends Pick<ShipperParts, 'outbox' | 'onFailure' | 'idleMs' | 'retryMs'> {
  /** `http(s)://user:password@host:8123/database` */
  readonly url: string;
  /** ClickHouse lost something, or holds what is not of this ledger: all days are sent again. */
  readonly onRestart: () => void;
  /** Charts of fewer days are read from the tables. */
  readonly atLeastDays?: number;
}

/** Keeps a mirror of the ledger's days in ClickHouse. Whether the server is there is no condition: it is tried again. */
export function openClickHouseMirror(options: MirrorOptions, { slow, calendar, clock }: MirroredLedger): Mirror {
  const { url, outbox, atLeastDays = LONG_DAYS } = options;
  const client = new ClickHouseClient(url);
  const today = () => calendar.dayOf(clock.now().getTime()).number;
  const shipper = new Shipper({ ...options, client, today });
  const days = new ClickHouseDays(client, slow, atLeastDays, shipper);
  shipper.start();
  return {
    chart: (query: SeriesQuery, who: Visibility) => days.chart(query, who),
    shipping: () => shippingOf(outbox, shipper, today()),
    async close() {
      const stopped = shipper.stop();
      // A batch that is not waited for is sent again at the next start.
      client.close();
      await stopped;
      await outbox.close();
    },
  };
}

async function shippingOf(outbox: Outbox, shipper: Shipper, today: number): Promise<HistoryShipping> {
  let { failure } = shipper;
  const state = await outbox.state().catch((error: Error) => {
    failure ??= error;
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
