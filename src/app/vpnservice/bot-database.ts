import { InvalidInput } from '../../core/errors.ts';
import { type Database, Sqlite } from '../../lib/sqlite.ts';
import { type BotPeer, type BotUser, type Skipped, toPeer, toUser } from './bot-files.ts';

type Row = Readonly<Record<string, unknown>>;

/** Users and peers of the bot's SQLite file (its truth since 2026-06); tables that it does not have are left out. */
export function readBotDatabase(path: string): {
  readonly users: BotUser[];
  readonly peers: BotPeer[];
  readonly skipped: Skipped[];
} {
  const database = open(path);
  try {
    const users: BotUser[] = [];
    const peers: BotPeer[] = [];
    const skipped: Skipped[] = [];
    for (const row of rowsOf(database, 'users')) {
      const user = toUser(row, '');
      if (typeof user === 'string') skipped.push({ record: `${path} users`, reason: user });
      else users.push(user);
    }
    for (const row of rowsOf(database, 'peers')) {
      const key = `${String(row.telegram_id)}:${String(row.server_id)}:${String(row.device_id)}`;
      const peer = toPeer(row, key);
      if (typeof peer === 'string') skipped.push({ record: `${path} peers "${key}"`, reason: peer });
      else peers.push(peer);
    }
    return { users, peers, skipped };
  } finally {
    database.close();
  }
}

function open(path: string): Database {
  try {
    return new Sqlite(path, { readonly: true, fileMustExist: true });
  } catch (cause) {
    throw new InvalidInput(
      '/db',
      `${path} cannot be opened: ${cause instanceof Error ? cause.message : ''}`,
      'Nothing was imported.',
    );
  }
}

function rowsOf(database: Database, table: 'users' | 'peers'): Row[] {
  const there = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table);
  return there === undefined ? [] : (database.prepare(`SELECT * FROM ${table}`).all() as Row[]);
}
