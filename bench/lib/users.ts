import { cpSync } from 'node:fs';
import path from 'node:path';
import { BenchLedger, deltaReport } from './bench-ledger.ts';
import { serverOf } from './report-model.ts';
import { prepared } from './workspace.ts';

/** Tokens `user-000000` … as the load generators draw them; user n reports for server n % 20. */
export function loadToken(user: number): string {
  return `user-${String(user).padStart(6, '0')}`;
}

/**
 * A data folder in `dataDir` whose ledger has `users` users. Each has reported once, yesterday: a reporter posts every
 * minute, so a user's very first report is one among hundreds of thousands.
 */
export async function dataDirWithUsers(users: number, dataDir: string): Promise<string> {
  const kept = await prepared(`users-${users}`, ['src/storage', 'src/core', 'bench/lib'], async (making) => {
    const yesterday = Date.now() - 86_400_000;
    const ledger = new BenchLedger(path.join(making, 'traffic_stats.db'), yesterday);
    const tokens = Array.from({ length: users }, (_, user) => loadToken(user));
    ledger.addUsers(tokens, yesterday);
    for (let n = 0; n < users; n += 1000) {
      const reports = tokens
        .slice(n, n + 1000)
        .map((userToken, index) =>
          deltaReport({ userToken, server: serverOf((n + index) % 20), eventId: 'first', rx: 1000, tx: 10_000 }),
        );
      ledger.report(reports, yesterday);
    }
    ledger.close();
  });
  cpSync(kept, dataDir, { recursive: true });
  return dataDir;
}
