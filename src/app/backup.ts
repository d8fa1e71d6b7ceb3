import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { UsageLedger } from '../core/ledger/usage-ledger.ts';
import type { Clock } from '../core/units/clock.ts';

/** Writes a verified copy of the ledger into the folder `backups`, named by its instant. */
export async function backUp(
  ledger: Pick<UsageLedger, 'backup'>,
  dataDir: string,
  clock: Pick<Clock, 'now'>,
): Promise<{ readonly path: string; readonly bytes: number }> {
  const folder = join(dataDir, 'backups');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const instant = clock.now().toISOString().replace(/[:.]/g, '-');
  return await ledger.backup(join(folder, `xpert-${instant}.db`));
}
