import { LedgerFailure } from '../../core/errors.ts';
import { ClickHouseClient } from './client.ts';
import { DayTable } from './day-table.ts';

/** The oldest that was tried. */
const OLDEST = [18, 16] as const;

/**
 * Whether history can be mirrored there: the server answers, is new enough, and lets this user make the table, write and read.
 * @throws LedgerFailure `history-unreachable`, `history-refused`, `history-too-old`
 */
export async function tryClickHouse(url: string, cluster: string | null): Promise<void> {
  const client = new ClickHouseClient(url);
  try {
    const [[version] = []] = await client.rows('SELECT version()');
    refuseOlder(String(version));
    const table = new DayTable(client, cluster);
    await table.prepare();
    await table.tryWriting();
  } finally {
    client.close();
  }
}

function refuseOlder(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new LedgerFailure('history-too-old', `ClickHouse ${version} is too old.`, {
    hint: `Take ${OLDEST.join('.')} or newer.`,
  });
}
