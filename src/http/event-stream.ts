import type { ServerResponse } from 'node:http';
import { type Actor, isAllowed } from '../core/identity/authorize.ts';
import type { Topic } from '../core/settings/operations.ts';
import type { HttpPorts } from './ports.ts';
import { problem } from './problem.ts';

/** At most one message in this time, and per client. */
const THROTTLE_MS = 1000;
/** Proxies end connections that are silent for a minute. */
const HEARTBEAT_MS = 15_000;
const MAX_CLIENTS = 500;
const MAX_CLIENTS_PER_ADDRESS = 20;
/** A client that does not read is let go: it asks anew when it comes back. */
const MAX_BUFFERED_BYTES = 65_536;
/** Topics that only those see who see the whole fleet. */
const FLEET_TOPICS: ReadonlySet<Topic> = new Set(['nodes', 'notices', 'alerts']);

/** Who a client is by now; null, or a refusal: nobody any more. */
type AskAgain = () => Promise<Actor | null>;

interface Client {
  readonly response: ServerResponse;
  readonly address: string;
  readonly askAgain: AskAgain;
  seesFleet: boolean;
}

/**
 * Tells open panels that something changed (not what: they ask, and get what they may see). Changes are gathered for a
 * second, so that a thousand commits a second cost every client one line.
 */
export class EventStream {
  readonly #clock: HttpPorts['clock'];
  readonly #clients = new Set<Client>();
  readonly #pending = new Set<Topic>();
  readonly #unsubscribe: readonly (() => void)[];
  readonly #heartbeat: NodeJS.Timeout;
  #flushing: NodeJS.Timeout | undefined;

  constructor({ ledger, changes, clock }: Pick<HttpPorts, 'ledger' | 'changes' | 'clock'>) {
    this.#clock = clock;
    this.#unsubscribe = [
      ledger.onCommit(({ usage, inventory }) => {
        if (usage) this.#changed(['usage']);
        if (inventory) this.#changed(['nodes', 'peers', 'users']);
      }),
      changes.subscribe((topics) => this.#changed(topics)),
    ];
    this.#heartbeat = setInterval(() => {
      this.#send(() => ': alive\n\n');
      void this.lookAgain();
    }, HEARTBEAT_MS).unref();
  }

  /** @throws busy if too many look on already */
  admit(address: string): void {
    const fromThere = [...this.#clients].filter((client) => client.address === address).length;
    if (this.#clients.size >= MAX_CLIENTS || fromThere >= MAX_CLIENTS_PER_ADDRESS) {
      throw problem('busy', 'Too many panels are open; this one refreshes itself without live events.');
    }
  }

  /** Takes over a response whose head was sent. */
  open(response: ServerResponse, actor: Actor, address: string, askAgain: AskAgain): void {
    const client = { response, address, askAgain, seesFleet: isAllowed(actor, 'view-all') };
    this.#clients.add(client);
    response.on('close', () => this.#clients.delete(client));
    response.write(': connected\nretry: 3000\n\n');
  }

  /** Lets go of those whose login or token has ended, and shows others what they may see by now. */
  async lookAgain(): Promise<void> {
    await Promise.all(
      [...this.#clients].map(async (client) => {
        const actor = await client.askAgain().catch(() => null);
        if (actor !== null && isAllowed(actor, 'view')) client.seesFleet = isAllowed(actor, 'view-all');
        else if (this.#clients.delete(client)) client.response.end();
      }),
    );
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearInterval(this.#heartbeat);
    clearTimeout(this.#flushing);
    for (const { response } of this.#clients) response.end();
    this.#clients.clear();
  }

  #changed(topics: readonly Topic[]): void {
    if (this.#clients.size === 0) return;
    for (const topic of topics) this.#pending.add(topic);
    this.#flushing ??= setTimeout(() => this.#flush(), THROTTLE_MS).unref();
  }

  #flush(): void {
    this.#flushing = undefined;
    const topics = [...this.#pending];
    this.#pending.clear();
    const at = this.#clock.now().toISOString();
    this.#send(({ seesFleet }) => {
      const seen = seesFleet ? topics : topics.filter((topic) => !FLEET_TOPICS.has(topic));
      return seen.length === 0 ? null : `event: change\ndata: ${JSON.stringify({ topics: seen, at })}\n\n`;
    });
  }

  #send(messageFor: (client: Client) => string | null): void {
    for (const client of this.#clients) {
      const message = messageFor(client);
      if (message === null) continue;
      if (client.response.writableLength > MAX_BUFFERED_BYTES) client.response.destroy();
      else client.response.write(message);
    }
  }
}
