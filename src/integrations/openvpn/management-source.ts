import { readFile } from 'node:fs/promises';
import { SourceFailure } from '../../core/errors.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { passwordUnreadable } from './failures.ts';
import { ManagementConnection } from './management-connection.ts';
import { addressOf, type OpenvpnOptions } from './options.ts';
import { type Session, SessionWatch } from './session-watch.ts';
import { type Status, StatusParser } from './status-parser.ts';

/** How often the daemon tells the bytes of every connection: at most so much of a closing one is not seen. */
const BYTECOUNT_SECONDS = 2;
/** A connection that is not known yet makes us ask for the list, at most this often. */
const LEARN_EVERY_MS = 1_000;
const LEARN_TIMEOUT_MS = 10_000;

export interface ManagementReading {
  readonly status: Status;
  readonly pid: string;
  readonly over: readonly Session[];
}

/**
 * The management interface of one daemon. It serves one client at a time, so all who read the same one in this process
 * (polls, and a test that a person asks for) share it.
 */
export class ManagementSource {
  readonly #options: OpenvpnOptions;
  readonly #tools: IntegrationTools;
  readonly #watch: SessionWatch;
  #connection: Promise<ManagementConnection> | null = null;
  #pid = '';
  #learntMs = Number.NEGATIVE_INFINITY;
  /** Numbers of connections that the last list did not name: not authenticated yet. */
  readonly #unnamed = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: OpenvpnOptions, tools: IntegrationTools) {
    this.#options = options;
    this.#tools = tools;
    this.#watch = new SessionWatch(tools.clock);
  }

  /** @throws SourceFailure; the signal's reason when aborted */
  async read(signal: AbortSignal): Promise<ManagementReading> {
    const turn = this.#turn.then(() => this.#read(signal));
    this.#turn = turn.catch(() => {});
    return await turn;
  }

  /** Closes all connections of a common name. Nothing keeps it from connecting again. @throws as `read` */
  async kill(commonName: string, signal: AbortSignal): Promise<void> {
    const turn = this.#turn.then(async () => {
      const connection = await this.#open(signal);
      // An error says that it has none.
      await connection.ask(`kill ${commonName}`, signal);
      if (this.#options.keepConnection === false) this.close();
    });
    this.#turn = turn.catch(() => {});
    await turn;
  }

  /** Gives the interface back. */
  close(): void {
    void this.#connection?.then(
      (connection) => connection.close(),
      () => {},
    );
    this.#connection = null;
  }

  async #read(signal: AbortSignal): Promise<ManagementReading> {
    const connection = await this.#open(signal);
    try {
      const status = await this.#list(connection, signal);
      this.#unnamed.clear();
      return { status, pid: this.#pid, over: this.#watch.over() };
    } finally {
      if (this.#options.keepConnection === false) this.close();
    }
  }

  async #open(signal: AbortSignal): Promise<ManagementConnection> {
    const kept = await this.#connection?.catch(() => null);
    if (kept?.isOpen === true) return kept;
    this.#connection = this.#connect(signal);
    return await this.#connection;
  }

  async #connect(signal: AbortSignal): Promise<ManagementConnection> {
    const password = await this.#password(signal);
    const onEvent = (line: string) => this.#event(line);
    const connection = await ManagementConnection.open(
      { address: addressOf(this.#options), password, onEvent },
      signal,
    );
    this.#pid = /^pid=(\d+)$/.exec((await connection.ask('pid', signal)) ?? '')?.[1] ?? '';
    if (this.#options.keepConnection !== false) {
      await connection.ask('state on', signal);
      await connection.ask(`bytecount ${BYTECOUNT_SECONDS}`, signal);
    }
    return connection;
  }

  async #password(signal: AbortSignal): Promise<string | null> {
    const { passwordFile } = this.#options;
    if (passwordFile === undefined) return null;
    try {
      const text = await readFile(passwordFile, { encoding: 'utf8', signal });
      return text.split(/\r?\n/, 1)[0] ?? '';
    } catch (error) {
      if (signal.aborted) throw error;
      throw passwordUnreadable(passwordFile, (error as NodeJS.ErrnoException).code ?? 'unknown');
    }
  }

  async #list(connection: ManagementConnection, signal: AbortSignal): Promise<Status> {
    const parser = new StatusParser();
    const take = (line: string) => {
      parser.line(line);
      return parser.isDone;
    };
    try {
      await connection.list('status 3', take, signal);
    } catch (error) {
      // Half an answer may still come.
      if (error instanceof SourceFailure) connection.close();
      throw error;
    }
    const status = parser.finish();
    if (status.unreadable === 0) this.#watch.listed(status.rows, this.#pid);
    return status;
  }

  #event(line: string): void {
    const count = /^BYTECOUNT_CLI:(\d+),(\d{1,20}),(\d{1,20})$/.exec(line);
    if (count !== null) {
      const [, clientId = '', rx = '', tx = ''] = count;
      if (!this.#watch.counted(clientId, BigInt(rx), BigInt(tx))) this.#learn(clientId);
    } else if (/^STATE:\d*,(?:RECONNECTING|EXITING),/.test(line)) this.#watch.allOver();
  }

  /** Who is behind a number that we hear for the first time? */
  #learn(clientId: string): void {
    const now = this.#tools.clock.monotonicMs();
    if (this.#unnamed.has(clientId) || now - this.#learntMs < LEARN_EVERY_MS) return;
    this.#learntMs = now;
    this.#unnamed.add(clientId);
    const list = async () => {
      const connection = await this.#connection;
      if (connection?.isOpen === true) await this.#list(connection, AbortSignal.timeout(LEARN_TIMEOUT_MS));
    };
    // Where this fails, so does the next poll, which tells.
    void list().catch(() => {});
  }
}

const shared = new Map<string, { readonly source: ManagementSource; users: number }>();

/** The source that these options name; it is closed when the last who asked for it has released it. */
export function shareManagement(
  options: OpenvpnOptions,
  tools: IntegrationTools,
): { readonly source: ManagementSource; release(): void } {
  const { management, passwordFile, keepConnection } = options;
  const key = JSON.stringify([management, passwordFile, keepConnection]);
  const entry = shared.get(key) ?? { source: new ManagementSource(options, tools), users: 0 };
  shared.set(key, entry);
  entry.users += 1;
  let isReleased = false;
  return {
    source: entry.source,
    release: () => {
      if (isReleased) return;
      isReleased = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      shared.delete(key);
      entry.source.close();
    },
  };
}
