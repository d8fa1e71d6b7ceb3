import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import type { ManualClock } from '../../src/core/units/testing.ts';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store.ts';
import { loadToken } from './users.ts';
import { root } from './workspace.ts';

const built = (name: string): URL => pathToFileURL(path.join(root, 'dist', `postgres-${name}.mjs`));

/** The store over PostgreSQL, with the threads of the built server. `folder`: of the file that remembers the last commit. */
export function openBuiltPostgresStore(url: string, clock: ManualClock, folder: string) {
  return openPostgresStore({
    address: { url, socket: built('socket').href },
    clock,
    timeZone: 'UTC',
    workers: { writer: built('writer'), reader: built('reader') },
    mark: path.join(folder, 'last-commit.json'),
    onLost(error) {
      throw error;
    },
    onRegained() {},
  });
}

/** A look at the tables from beside. */
export class PostgresGlance {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(url: string): Promise<PostgresGlance> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('SET search_path = xpert');
    return new PostgresGlance(client);
  }

  /** Users with the tokens that load generators draw. */
  async addUsers(users: number, nowMs: number): Promise<void> {
    const tokens = Array.from({ length: users }, (_, user) => loadToken(user));
    await this.#client.query(
      `INSERT INTO admin (id, name, role, password_hash, created_at) VALUES ('bench', 'bench', 'owner', '!', 0)`,
    );
    await this.#client.query(
      `INSERT INTO "user" (id, name, link_token, role, note, owner_id, active, created_at)
       SELECT 'id-' || t, t, 'link-' || t, 'user', '', 'bench', 1, $2 FROM unnest($1::text[]) t`,
      [tokens, nowMs],
    );
    await this.#client.query(
      `INSERT INTO user_token (token, user_id, since, in_cycle) SELECT t, 'id-' || t, $2, 1 FROM unnest($1::text[]) t`,
      [tokens, nowMs],
    );
  }

  async vacuum(): Promise<void> {
    await this.#client.query('VACUUM ANALYZE');
  }

  /** Number of the last commit, and whether all that was answered is in the tables. */
  async progress(): Promise<{ readonly commits: number; readonly isFolded: boolean }> {
    const { rows } = await this.#client.query(
      `SELECT sequence, fold_upto = 0 AND NOT EXISTS (SELECT 1 FROM inbox) AS folded FROM alive`,
    );
    return { commits: Number(rows[0].sequence), isFolded: rows[0].folded };
  }

  async number(sql: string): Promise<number> {
    const { rows } = await this.#client.query({ text: sql, rowMode: 'array' });
    return Number((rows[0] as unknown as unknown[])[0]);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
