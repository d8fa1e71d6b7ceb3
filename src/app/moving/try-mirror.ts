import { ExpectedError, LedgerFailure } from '../../core/errors.ts';
import type { HistoryPlace } from '../../core/settings/operations.ts';
import { tryClickHouse } from '../../storage/clickhouse/trial.ts';

/** Before a move: whether history can be mirrored there. An empty table may be left. @throws ExpectedError with what is wrong */
export async function tryMirror({ url, cluster }: HistoryPlace): Promise<void> {
  try {
    await tryClickHouse(url, cluster);
  } catch (cause) {
    if (!(cause instanceof LedgerFailure)) throw cause;
    throw new ExpectedError(cause.code, cause.message, {
      hint: 'Nothing was moved. See that ClickHouse runs (18.16 or newer), and that address, user, password and database are right. Or move without it: history can be mirrored later, too.',
      cause,
    });
  }
}
