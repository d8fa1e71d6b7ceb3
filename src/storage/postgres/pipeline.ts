import { serialize } from 'pg-protocol';
import type {
  BackendMessage,
  CommandCompleteMessage,
  CopyDataMessage,
  DatabaseError,
  DataRowMessage,
  RowDescriptionMessage,
} from 'pg-protocol/dist/messages.js';
import type { Connection } from './connection.ts';
import { PostgresError } from './failures.ts';
import type { WireValue } from './values.ts';

/** A statement as the server keeps it, for parameters of some types. */
export interface Prepared {
  readonly name: string;
  readonly sql: string;
  readonly types: readonly number[];
  /** `ready`: the server has it. */
  state: 'new' | 'sent' | 'ready';
  /** Tables are joined in the order of the statement, each by an index, however few rows the server believes them to have. */
  readonly byIndex?: boolean;
  /** Name and type of each column. */
  columns: readonly { readonly name: string; readonly type: number }[];
}

/** What a statement brought, once the pipeline was flushed. */
export interface Outcome {
  readonly prepared: Prepared;
  readonly rows: (readonly (string | null)[])[];
  /** What the server says it did: `INSERT 0 3`. Null: not yet, or it was not reached. */
  tag: string | null;
}

/** So many are sent at the latest, whoever waits for them. */
const MOST_QUEUED = 1_000;

/**
 * Statements that go to the server together. What is queued is done in order; after one that fails nothing more of the
 * queue is, and the transaction can only be rolled back (to its savepoint).
 */
export class Pipeline {
  readonly #connection: Connection;
  #bytes: Buffer[] = [];
  #queued: Outcome[] = [];
  #isCopying = false;
  readonly #byIndex = planned('by_index', { join_collapse_limit: '1', ...ofEach('off') });
  readonly #byCost = planned('by_cost', { join_collapse_limit: '8', ...ofEach('on') });

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Nothing waits to be sent. */
  get isEmpty(): boolean {
    return this.#queued.length === 0;
  }

  /** @throws what the queue before fails with, where it had to be sent */
  add(prepared: Prepared, values: readonly WireValue[]): Outcome {
    if (this.#queued.length >= MOST_QUEUED) this.flush();
    if (prepared.byIndex !== true) return this.#queue(prepared, values);
    this.#queue(this.#byIndex, []);
    const outcome = this.#queue(prepared, values);
    this.#queue(this.#byCost, []);
    return outcome;
  }

  #queue(prepared: Prepared, values: readonly WireValue[]): Outcome {
    const { name, sql, types } = prepared;
    if (prepared.state === 'new') {
      prepared.state = 'sent';
      this.#bytes.push(
        serialize.parse({ name, text: sql, types: [...types] }),
        serialize.describe({ type: 'S', name }),
      );
    }
    this.#bytes.push(serialize.bind({ statement: name, values: [...values] }), serialize.execute({}));
    const outcome: Outcome = { prepared, rows: [], tag: null };
    this.#queued.push(outcome);
    return outcome;
  }

  /** All that is queued is done when this returns. @throws PostgresError of the first that failed, LedgerFailure */
  flush(): void {
    this.#settleCopy();
    if (this.#queued.length === 0) return;
    const queued = this.#queued;
    const bytes = Buffer.concat([...this.#bytes, serialize.sync()]);
    this.#queued = [];
    this.#bytes = [];
    this.#connection.send(bytes);
    this.#read(queued);
  }

  /** What is queued is not to be done any more. */
  drop(): void {
    for (const { prepared } of this.#queued) if (prepared.state === 'sent') prepared.state = 'new';
    this.#queued = [];
    this.#bytes = [];
  }

  /** Statements without parameters, one after the other, as one text. */
  script(sql: string): void {
    this.flush();
    this.#connection.send(serialize.query(sql));
    this.#read([]);
  }

  /** `COPY … FROM STDIN` with all of its lines. The server is waited for, and what fails is told, when anything else is asked. */
  copyIn(sql: string, lines: Buffer): void {
    this.flush();
    this.#connection.send(Buffer.concat([serialize.query(sql), serialize.copyData(lines), serialize.copyDone()]));
    this.#isCopying = true;
  }

  /** `COPY … TO STDOUT`, to be read to its end: some lines at a time. @throws PostgresError, LedgerFailure */
  *copyOut(sql: string): Generator<{ readonly text: Buffer; readonly rows: number }> {
    this.flush();
    this.#connection.send(serialize.query(sql));
    let failure: BackendMessage | undefined;
    for (let isReady = false; !isReady; ) {
      const messages = this.#connection.receive();
      // What they point to is overwritten by the next ones.
      const lines = messages.filter(({ name }) => name === 'copyData').map((line) => (line as CopyDataMessage).chunk);
      if (lines.length > 0) yield { text: Buffer.concat(lines), rows: lines.length };
      failure ??= messages.find(({ name }) => name === 'error');
      isReady = messages.some(({ name }) => name === 'readyForQuery');
    }
    if (failure === undefined) return;
    const { code = '', message } = failure as unknown as DatabaseError;
    throw new PostgresError(code, message, sql);
  }

  /** Waits for the lines that were sent last. */
  #settleCopy(): void {
    if (!this.#isCopying) return;
    this.#isCopying = false;
    this.#read([]);
  }

  /** Until the server is ready again. */
  #read(queued: readonly Outcome[]): void {
    let at = 0;
    let failure: DatabaseError | null = null;
    for (const message of this.#untilReady()) {
      const outcome = queued[at];
      if (message.name === 'error') failure ??= message as unknown as DatabaseError;
      else if (outcome !== undefined && take(message, outcome)) at++;
    }
    if (failure === null) return;
    // What was not reached is not known to the server.
    for (const { prepared } of queued.slice(at)) if (prepared.state === 'sent') prepared.state = 'new';
    throw new PostgresError(failure.code ?? '', failure.message, queued[at]?.prepared.sql ?? '');
  }

  *#untilReady(): Generator<BackendMessage> {
    for (;;) {
      for (const message of this.#connection.receive()) {
        if (message.name === 'readyForQuery') return;
        yield message;
      }
    }
  }
}

function ofEach(value: string): Record<string, string> {
  return { enable_seqscan: value, enable_hashjoin: value, enable_mergejoin: value };
}

/** A statement that tells the planner how to plan those that follow. */
function planned(name: string, settings: Readonly<Record<string, string>>): Prepared {
  const calls = Object.entries(settings).map(([setting, value]) => `set_config('${setting}', '${value}', false)`);
  return { name, sql: `SELECT ${calls.join(', ')}`, types: [], state: 'new', columns: [] };
}

/** @returns true when the outcome is complete */
function take(message: BackendMessage, outcome: Outcome): boolean {
  switch (message.name) {
    case 'parseComplete':
      outcome.prepared.state = 'ready';
      return false;
    case 'rowDescription':
      outcome.prepared.columns = (message as RowDescriptionMessage).fields.map(({ name, dataTypeID }) => ({
        name,
        type: dataTypeID,
      }));
      return false;
    case 'dataRow':
      outcome.rows.push((message as DataRowMessage).fields);
      return false;
    case 'commandComplete':
      outcome.tag = (message as CommandCompleteMessage).text;
      return true;
    default:
      return false;
  }
}
