import type { UserId } from '../../../core/units/ids.ts';
import type { Params, Statements } from './statements.ts';

/** What users are found by, in one text: of each of them name, note, e-mail, Telegram id and tokens, folded. */
export interface UserTexts {
  /** Numbers of the rows, ascending. */
  readonly rows: Float64Array;
  /** Where the text of each begins. */
  readonly starts: Uint32Array;
  readonly text: string;
  /** What reading them took, without what it waited for others before. */
  readonly costMs: number;
}

/** Of one user; null: deleted. */
export interface UserText {
  readonly row: number;
  readonly text: string | null;
}

/** Between what is searched: no text that people write has it. */
const END = '\0';

/** Capitals and small letters are alike, in every alphabet that has them, whatever the engine knows of it. */
export function fold(text: string): string {
  return text.toLowerCase();
}

/** Reads what users are found by: a moment's work for a hundred, a quarter of a second for 100,000. */
export class UserTextReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** Of all living users. */
  read(): UserTexts {
    const began = performance.now();
    const users = this.#texts('u.deleted_at IS NULL');
    const rows = Float64Array.from(users, ({ row }) => row);
    const starts = new Uint32Array(users.length);
    let length = 0;
    users.forEach(({ text }, place) => {
      starts[place] = length;
      length += text?.length ?? 0;
    });
    return { rows, starts, text: users.map(({ text }) => text).join(''), costMs: performance.now() - began };
  }

  /** Of some, deleted ones among them; those that never were are left out. */
  readSome(ids: readonly UserId[]): UserText[] {
    return this.#texts('u.id IN (SELECT value FROM json_each(@ids))', { ids: JSON.stringify(ids) });
  }

  #texts(which: string, params: Params = {}): UserText[] {
    const tokens = new Map<number, string>();
    for (const { row, token } of this.#sql.all<{ row: number; token: string }>(
      `SELECT u.rowid AS row, k.token FROM user u JOIN user_token k ON k.user_id = u.id WHERE ${which}`,
      params,
    )) {
      tokens.set(row, `${tokens.get(row) ?? ''}${token}${END}`);
    }
    const users = this.#sql.all<UserTextRow>(
      `SELECT u.rowid AS row, u.name, u.note, ifnull(u.email, '') AS email,
         ifnull(CAST(u.telegram_id AS TEXT), '') AS telegramId, u.deleted_at AS deletedAt
       FROM user u WHERE ${which} ORDER BY u.rowid`,
      params,
    );
    return users.map(({ row, name, note, email, telegramId, deletedAt }) => {
      const parts = `${name}${END}${note}${END}${email}${END}${telegramId}${END}${tokens.get(row) ?? ''}`;
      return { row, text: deletedAt === null ? fold(parts) : null };
    });
  }
}

interface UserTextRow {
  readonly row: number;
  readonly name: string;
  readonly note: string;
  readonly email: string;
  readonly telegramId: string;
  readonly deletedAt: number | null;
}
