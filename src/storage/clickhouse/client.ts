import { LedgerFailure } from '../../core/errors.ts';
import { eachHost } from '../../lib/several-hosts.ts';
import { type Answered, KeptConnections } from './kept-connections.ts';

/** How long a statement may take, ms: a batch or a sum over years. */
const TIMEOUT_MS = 60_000;
/** A server that says nothing for so long is asked whether it is there, and has as long to say so, ms. */
const SILENT_MS = 3_000;
const CLOSED = new Error('it is not asked any more');

/** A table sent along with a statement, which asks it by its name. */
export interface SentTable {
  readonly name: string;
  /** `name Type, …` */
  readonly structure: string;
  /** Lines of values, as ClickHouse's format TSV has them. */
  readonly tsv: string;
}

export interface Asked {
  readonly sent?: SentTable;
  /** A second statement with the id of one that still runs is refused by the server. */
  readonly queryId?: string;
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Less than any statement may take. */
  readonly timeoutMs?: number;
}

/** ClickHouse over HTTP, old (18.16) and new. Only what those have in common is said. */
export class ClickHouseClient {
  /** Name of the database that is asked. */
  readonly database: string;
  readonly #bases: readonly URL[];
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #silentMs: number;
  readonly #underWay = new Set<AbortController>();
  readonly #connections = new KeptConnections();
  #turn = 0;
  #isClosed = false;

  /** `url`: `http(s)://user:password@host:8123[,host:8123…]/database`; of several servers the next one is asked after a failure. */
  constructor(url: string, timeoutMs = TIMEOUT_MS, silentMs = SILENT_MS) {
    const [base, ...others] = eachHost(url) as [URL, ...URL[]];
    this.#headers = {
      'x-clickhouse-user': inHeader(decodeURIComponent(base.username) || 'default'),
      'x-clickhouse-key': inHeader(decodeURIComponent(base.password)),
    };
    this.#timeoutMs = timeoutMs;
    this.#silentMs = silentMs;
    this.database = decodeURIComponent(base.pathname.slice(1)) || 'default';
    this.#bases = [base, ...others].map((server) => askedAt(server, this.database));
  }

  /** Another server is asked from now on, if there are several. */
  turn(): void {
    this.#turn = (this.#turn + 1) % this.#bases.length;
  }

  /** Rows as lists; integers of 64 bits are text. @throws LedgerFailure `history-unreachable`, `history-refused` */
  async rows(sql: string, asked: Asked = {}): Promise<(readonly (string | number)[])[]> {
    const text = await this.#ask(`${sql} FORMAT JSONCompact`, asked);
    try {
      return (JSON.parse(text) as { data: (string | number)[][] }).data;
    } catch {
      throw refused(200, text);
    }
  }

  /** For what answers nothing. @throws LedgerFailure as `rows` */
  async run(sql: string, asked: Asked = {}): Promise<void> {
    await this.#ask(sql, asked);
  }

  /** Nothing is asked or waited for any more: what is under way fails as unreachable. */
  close(): void {
    this.#isClosed = true;
    for (const asked of this.#underWay) asked.abort(CLOSED);
    this.#connections.close();
  }

  async #ask(sql: string, asked: Asked): Promise<string> {
    const turn = this.#turn;
    try {
      return await this.#asked(this.#bases[turn] as URL, sql, asked);
    } catch (error) {
      // Several that failed at once turn once.
      if (turn === this.#turn) this.turn();
      throw error;
    }
  }

  async #asked(base: URL, sql: string, { sent, queryId, settings = {}, timeoutMs = this.#timeoutMs }: Asked) {
    const url = new URL(base);
    if (queryId !== undefined) url.searchParams.set('query_id', queryId);
    for (const [name, value] of Object.entries(settings)) url.searchParams.set(name, String(value));
    let body: Body = { bytes: Buffer.from(sql, 'utf8'), headers: {} };
    if (sent !== undefined) {
      url.searchParams.set('query', sql);
      url.searchParams.set(`${sent.name}_structure`, sent.structure);
      body = await inForm(sent);
    }
    const { status, text } = await this.#post(url, body, timeoutMs);
    if (status !== 200 || /^Code: \d+/.test(text)) throw refused(status, text);
    return text;
  }

  async #post(url: URL, { bytes, headers }: Body, timeoutMs: number): Promise<Answered> {
    if (this.#isClosed) throw unreachable(CLOSED);
    const asked = new AbortController();
    const timer = setTimeout(() => asked.abort(new Error('there was no answer in time')), timeoutMs);
    const watch = setInterval(() => void this.#watch(url, asked), this.#silentMs);
    this.#underWay.add(asked);
    try {
      // Elsewhere the password is nobody's business: where it is sent on to is refused like any other answer.
      const all = { ...this.#headers, ...headers };
      return await this.#connections.post({ url, headers: all, body: bytes, signal: asked.signal });
    } catch (error) {
      throw unreachable(error);
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
      this.#underWay.delete(asked);
    }
  }

  /**
   * A statement may take long; a server that is cut off without a word would hold up whoever waits for it as long. Over another
   * connection it is asked for nothing: whatever it answers, it is there.
   */
  async #watch(of: URL, asked: AbortController): Promise<void> {
    const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(this.#silentMs)]);
    try {
      const answer = await fetch(new URL('/ping', of), { redirect: 'manual', signal });
      await answer.arrayBuffer();
    } catch {
      asked.abort(new Error('it does not answer'));
    }
  }
}

interface Body {
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** As browsers send a file. */
async function inForm({ name, tsv }: SentTable): Promise<Body> {
  const form = new FormData();
  form.set(name, new Blob([tsv]), name);
  const packed = new Response(form);
  const headers = { 'content-type': packed.headers.get('content-type') ?? '' };
  return { bytes: new Uint8Array(await packed.arrayBuffer()), headers };
}

function askedAt(server: URL, database: string): URL {
  const base = new URL('/', server);
  base.username = '';
  base.password = '';
  base.searchParams.set('database', database);
  // A statement that fails after it began to answer is told as a failure, not as a short answer.
  base.searchParams.set('wait_end_of_query', '1');
  base.searchParams.set('output_format_json_quote_64bit_integers', '1');
  return base;
}

/** Bytes of UTF-8, as a header takes them. */
function inHeader(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** @returns what is told when the server, or what it should have, is away. */
export function unreachable(error: unknown): LedgerFailure {
  const { message, code } = error as Error & { code?: string };
  const why = code ?? message;
  return new LedgerFailure('history-unreachable', `ClickHouse cannot be reached: ${why}.`, {
    hint: 'Check that the server runs, that its address in XPERT_CLICKHOUSE_URL is right, and that it can be reached from here. PostgreSQL answers meanwhile.',
    cause: error,
  });
}

/** The first line of what it says: never the statement, which holds names. */
function refused(status: number, text: string): LedgerFailure {
  const [first = ''] = text.split('\n');
  const said = first.slice(0, 300).trim() || `status ${status}`;
  return new LedgerFailure('history-refused', `ClickHouse refused what it was asked: ${said}`, {
    hint: 'Check user, password and database in XPERT_CLICKHOUSE_URL, and the log of the server. PostgreSQL answers meanwhile.',
  });
}
