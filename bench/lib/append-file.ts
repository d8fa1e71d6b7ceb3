import path from 'node:path';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { appendTable, prepareInsert } from '../baselines/append-table.ts';
import { modelStart, modelTokens, reportsByMinute, serverOf } from './report-model.ts';
import { prepared } from './workspace.ts';

/** The 10 million reports of the model as rows of the append-only table; answers its path. */
export async function appendFile(): Promise<string> {
  const sources = [
    'bench/lib/report-model.ts',
    'bench/lib/random.ts',
    'bench/lib/append-file.ts',
    'bench/baselines/append-table.ts',
  ];
  const dir = await prepared('append-table', sources, async (making) => {
    const database = new Sqlite(path.join(making, 'append.db'));
    database.pragma('journal_mode = OFF');
    database.pragma('synchronous = OFF');
    database.pragma('cache_size = -1000000');
    database.exec(appendTable);
    const insert = prepareInsert(database);
    const tokens = modelTokens();
    database.exec('BEGIN');
    for (const { minute, reports } of reportsByMinute()) {
      const at = new Date(modelStart + minute * 60_000).toISOString();
      const [date, time] = [at.slice(0, 10), `${at.slice(0, 10)} ${at.slice(11, 19)}`];
      for (const { user, server, rx, tx } of reports) {
        insert.run(tokens[user], serverOf(server), 443, 'vless', rx, tx, date, time);
      }
    }
    database.exec('COMMIT');
    database.close();
  });
  return path.join(dir, 'append.db');
}
