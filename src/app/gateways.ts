import { ExpectedError } from '../core/errors.ts';
import type { Gateway } from '../core/gateway/gateway.ts';
import type { Node } from '../core/inventory/node.ts';
import type { Notice } from '../core/inventory/node-operations.ts';
import type { Poll } from '../core/metering/collector.ts';
import type { Integration } from '../core/metering/integration.ts';
import type { NodeId } from '../core/units/ids.ts';
import type { Changes } from './changes.ts';
import type { Credentials } from './credentials.ts';
import { type BooksDependencies, GatewayBooks } from './gateway-books.ts';
import type { Chore } from './maintenance.ts';

interface Dependencies extends BooksDependencies {
  readonly integrationOf: (kind: string) => Integration;
  readonly credentials: Pick<Credentials, 'open'>;
  readonly changes: Changes;
}

interface Running {
  readonly source: string;
  readonly gateway: Gateway | null;
  readonly books: GatewayBooks;
  /** Why it does not listen; null: it does. */
  readonly problem: Notice | null;
}

const RETRY_MS = 5_000;

interface GatewayNotice extends Notice {
  /** Under what it is told as an alert. */
  readonly topic: string;
  readonly nodeId: NodeId;
  readonly since: Date | null;
}

/** The gateways of all nodes that want one: they listen while the server runs, and follow every change of their node. */
export class Gateways {
  readonly #use: Dependencies;
  readonly #running = new Map<NodeId, Running>();
  #nodes: readonly Node[] = [];
  #isOpen = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  /** Listens from now on. */
  open(): void {
    this.#isOpen = true;
    void this.update(this.#nodes);
  }

  /** @returns when every gateway listens, or has said why it does not */
  async update(nodes: readonly Node[]): Promise<void> {
    this.#nodes = nodes;
    this.#turn = this.#turn.then(() => this.#follow());
    await this.#turn;
  }

  /** Who has which account in the panel is what its last reading showed. */
  seen(node: Node, poll: Poll): void {
    this.#running.get(node.id)?.books.seen(poll);
  }

  notices(): readonly GatewayNotice[] {
    return [...this.#running].flatMap(([nodeId, { problem, books }]) => {
      const about = { topic: 'gateway-failing', nodeId };
      return [
        ...(problem === null ? [] : [{ ...problem, ...about, since: null }]),
        ...books.owed().map(({ since }) => ({ ...OWED, ...about, since })),
      ];
    });
  }

  /** What failed is tried again. */
  chore(): Chore {
    return {
      name: 'gateways',
      everyMs: RETRY_MS,
      run: async () => {
        await Promise.all([...this.#running.values()].map(({ books }) => books.payOwed()));
        if ([...this.#running.values()].some(({ problem }) => problem !== null)) await this.update(this.#nodes);
        return false;
      },
    };
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.update([]);
  }

  async #follow(): Promise<void> {
    const wanted = new Map(this.#isOpen ? this.#wanting().map((node) => [node.id, node]) : []);
    for (const [id, running] of this.#running) {
      const node = wanted.get(id);
      if (node !== undefined && running.problem === null && running.source === sourceOf(node)) continue;
      await running.gateway?.close();
      if (node === undefined) this.#running.delete(id);
    }
    for (const node of wanted.values()) {
      const before = this.#running.get(node.id);
      if (before !== undefined && before.problem === null && before.source === sourceOf(node)) continue;
      this.#running.set(node.id, await this.#start(node, before ?? null));
    }
  }

  #wanting(): Node[] {
    const wants = ({ source: { kind, options } }: Node) => {
      return this.#use.integrationOf(kind).gateway?.isWanted(options) === true;
    };
    return this.#nodes.filter((node) => node.deletedAt === null && wants(node));
  }

  async #start(node: Node, before: Running | null): Promise<Running> {
    const { log, changes } = this.#use;
    const source = sourceOf(node);
    const books = before?.books ?? new GatewayBooks(this.#use, node);
    let gateway: Gateway | null = null;
    try {
      gateway = this.#create(node, books);
      await gateway.listen();
      log.info({ node: node.name }, 'the gateway listens');
      if (before?.problem) changes.tell('notices');
      return { source, gateway, books, problem: null };
    } catch (error) {
      if (!(error instanceof ExpectedError)) log.error({ err: error, node: node.name }, 'a gateway failed to start');
      const problem = asNotice(error);
      if (before?.problem?.code !== problem.code) log.warn({ node: node.name, code: problem.code }, problem.message);
      changes.tell('notices');
      return { source, gateway, books, problem };
    }
  }

  #create(node: Node, books: GatewayBooks): Gateway {
    const { kind, options } = this.#use.credentials.open(node.source);
    const { gateway, parseOptions } = this.#use.integrationOf(kind);
    if (gateway === undefined) throw new Error(`there is no gateway for ${kind}`);
    const onBug = (error: unknown) => {
      this.#use.log.error(
        { err: error, node: node.name },
        'the gateway failed at something of its own; where it could, the answer passed',
      );
    };
    return gateway.create(parseOptions(options), { books, onBug });
  }
}

const OWED = {
  code: 'gateway-reset-owed',
  // Without whose: channels for alerts may not name users.
  message: 'Usage was reset in the panel, and Xpert could not set its mark yet; the log says whose.',
  hint: 'It is tried again every few seconds. If Xpert ends before, reset that usage here: xpert reset NAME',
};

function sourceOf({ source }: Node): string {
  return JSON.stringify(source);
}

function asNotice(error: unknown): Notice {
  if (error instanceof ExpectedError) return { code: error.code, message: error.message, hint: error.hint ?? null };
  return { code: 'gateway-failed', message: 'The gateway could not start.', hint: 'The log has the reason.' };
}
