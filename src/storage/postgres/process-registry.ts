import type pg from 'pg';
import { connectToPrimary } from './client.ts';
import type { SeenCommit } from './commit-mark.ts';
import { LEADER, type LeaderCard } from './leadership.ts';
import { migrations, WRITER_LOCK } from './migrations/migrate.ts';

/** What the database says of the processes that work on it. */
export interface Processes {
  /** Null: nobody leads, or a version that says nothing of itself does. */
  readonly leader: LeaderCard | null;
  /** Names of all that are there, the one that leads among them. */
  readonly present: readonly string[];
  /** Of the database's schema, against the one that this version knows; null: there is none yet. */
  readonly schema: 'same' | 'older' | 'newer' | null;
  readonly lastCommit: SeenCommit | null;
}

/** What processes tell each other. `changed`: topics of open panels. */
export type ProcessNews =
  | { readonly kind: 'leads' | 'leaves' }
  | { readonly kind: 'changed'; readonly topics: readonly string[] };

export interface RegistryOptions {
  readonly url: string;
  /** Shown to the others and to whoever looks at `pg_stat_activity`; its first 46 bytes. */
  readonly name: string;
  /** What is there changed, or may have. */
  readonly onLook: (processes: Processes | null) => void;
  readonly onNews: (news: ProcessNews) => void;
}

const CHANNEL = 'xpert';
const LOOK_MS = 2_000;
const CONNECT_MS = 5_000;
const ANSWER_MS = 5_000;
const RETRY_MS = 500;
const PREFIX = 'xpert process ';

/**
 * One connection of this process that says that it is there, for as long as it is, and hears what the others tell. It is
 * made anew when it was lost; nothing that counts depends on it.
 */
export class ProcessRegistry {
  readonly #use: RegistryOptions;
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #again = false;
  #closed = false;

  constructor(options: RegistryOptions) {
    this.#use = options;
  }

  /** Looks once, and then again and again. Never rejects. */
  async open(): Promise<void> {
    await this.look();
  }

  /** Looks now. Never rejects: what cannot be asked is told as null. */
  async look(): Promise<void> {
    if (this.#looking !== null) {
      this.#again = true;
      return await this.#looking;
    }
    this.#looking = this.#lookOn();
    await this.#looking;
  }

  /** @returns whether the others were told */
  async tell(news: ProcessNews): Promise<boolean> {
    try {
      await this.#client?.query('SELECT pg_notify($1, $2)', [CHANNEL, JSON.stringify(news)]);
      return this.#client !== null;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#looking;
    this.#drop();
  }

  async #lookOn(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    do {
      this.#again = false;
      try {
        const found = await this.#ask();
        if (!this.#closed) this.#use.onLook(found);
      } catch {
        this.#drop();
        if (!this.#closed) this.#use.onLook(null);
      }
    } while (this.#again && !this.#closed);
    this.#looking = null;
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.look(), this.#client === null ? RETRY_MS : LOOK_MS);
  }

  async #ask(): Promise<Processes> {
    this.#client ??= await this.#connect();
    const { rows: who } = await this.#client.query<Present>(PRESENT);
    const { made = false, present = [] } = who[0] ?? {};
    const names = (present ?? []).map((name) => name.slice(PREFIX.length));
    if (!made) return { leader: null, present: names, schema: null, lastCommit: null };
    const { rows } = await this.#client.query<Row>(STATE);
    return { ...stateOf(rows[0] as Row), present: names };
  }

  async #connect(): Promise<pg.Client> {
    const { url, name, onNews } = this.#use;
    const { client } = await connectToPrimary(url, CONNECT_MS, { name: PREFIX + name, answerMs: ANSWER_MS });
    client.on('end', () => {
      if (this.#client !== client) return;
      this.#client = null;
      void this.look();
    });
    client.on('notification', ({ payload }) => {
      const news = parseNews(payload);
      if (news !== null) onNews(news);
    });
    try {
      await client.query(`LISTEN ${CHANNEL}`);
      return client;
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
  }

  #drop(): void {
    const client = this.#client;
    this.#client = null;
    client?.end().catch(() => {});
  }
}

interface Present {
  readonly made: boolean;
  readonly present: readonly string[] | null;
}

const PRESENT = `SELECT to_regclass('xpert.meta') IS NOT NULL AS made, (
    SELECT array_agg(application_name ORDER BY backend_start) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE '${PREFIX}%'
  ) AS present`;

interface Row {
  readonly version: string;
  readonly card: string | null;
  readonly life: string | null;
  readonly sequence: string | null;
}

/** A card counts as long as the session that wrote it holds the lock. */
const STATE = `
  SELECT (SELECT version FROM xpert.schema_version) AS version,
    (SELECT m.value FROM xpert.meta m JOIN pg_locks l ON l.pid = CAST(CAST(m.value AS jsonb) ->> 'backend' AS integer)
     WHERE m.name = '${LEADER}' AND l.locktype = 'advisory' AND l.granted
       AND l.classid = 0 AND l.objid = ${WRITER_LOCK} AND l.objsubid = 1) AS card,
    (SELECT value FROM xpert.meta WHERE name = 'incarnation') AS life,
    (SELECT sequence FROM xpert.alive) AS sequence`;

function stateOf({ version, card, life, sequence }: Row): Omit<Processes, 'present'> {
  const [schema, known] = [Number(version), migrations.length];
  const isWhole = life !== null && sequence !== null;
  return {
    leader: card === null ? null : (JSON.parse(card) as LeaderCard),
    schema: schema === known ? 'same' : schema < known ? 'older' : 'newer',
    lastCommit: isWhole ? { incarnation: (JSON.parse(life) as { id: string }).id, sequence: Number(sequence) } : null,
  };
}

function parseNews(payload: string | undefined): ProcessNews | null {
  try {
    return JSON.parse(payload ?? '') as ProcessNews;
  } catch {
    return null;
  }
}
