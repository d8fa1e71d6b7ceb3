import path from 'node:path';
import { BenchLedger, deltaReport } from './bench-ledger.ts';
import { modelStart, modelTokens, reportsByMinute, serverOf } from './report-model.ts';
import { prepared } from './workspace.ts';

/** Minutes booked in one commit: every report still gets its key, its quarter and its place as if it came alone. */
const minutesPerCommit = 5;

/** The 10 million reports of the model in a ledger, every one with an event id and booked by the product's writer. */
export async function ledgerFile(): Promise<string> {
  const dir = await prepared('ledger', ['src/storage', 'src/core', 'bench/lib'], async (making) => {
    const ledger = new BenchLedger(path.join(making, 'ledger.db'), modelStart);
    const tokens = modelTokens();
    ledger.addUsers(tokens, modelStart);
    let waiting: ReturnType<typeof deltaReport>[] = [];
    let lastDay = -1;
    for (const { minute, reports } of reportsByMinute()) {
      for (const { user, server, rx, tx } of reports) {
        const [userToken = '', eventId] = [tokens[user], `event-${minute}`];
        waiting.push(deltaReport({ userToken, server: serverOf(server), eventId, rx, tx }));
      }
      if (minute % minutesPerCommit !== minutesPerCommit - 1) continue;
      ledger.report(waiting, modelStart + minute * 60_000);
      waiting = [];
      const day = Math.floor(minute / 1440);
      if (day !== lastDay) process.stderr.write(`  day ${day + 1}\n`);
      lastDay = day;
    }
    if (waiting.length > 0) ledger.report(waiting, modelStart + 30 * 86_400_000 - 1);
    ledger.close();
  });
  return path.join(dir, 'ledger.db');
}
