import type { CannotEnforce, Enforcer, EnforcerAbilities } from '../access/enforcer.ts';
import type { Gateway, GatewayTools } from '../gateway/gateway.ts';
import type { NodeSetup, NodeTest } from '../inventory/node-operations.ts';
import type { ConfigSource } from '../links/config-source.ts';
import type { Clock } from '../units/clock.ts';
import type { Collector } from './collector.ts';

/** What the product gives to every integration. */
export interface IntegrationTools {
  readonly clock: Clock;
  /**
   * Folder of this process for sockets and pinned keys, mode 0700, short path (a unix socket's path has at most 107
   * bytes). Its owner removes it when the process ends.
   */
  readonly runDirectory: string;
}

/** One kind of source that nodes can have (`NodeSource.kind`): one line in app/registry.ts. */
export interface Integration {
  readonly kind: string;
  /** Its nodes are never polled: somebody on them brings the readings (core/agents). */
  readonly bringsReadings?: true;
  /** Its services take TCP connections on their `listenPort`, so that a probe can say whether they do. */
  readonly answersTcp?: true;
  /** What it counts passes the network card of the very host that it runs on: no panel that counts other hosts. */
  readonly isOneHost?: true;
  /**
   * Any process that reaches its host can read it: each poll tells everything, and a connection, a file or a memory of the
   * reader has no part in what it tells.
   */
  readonly isReadFromAnywhere?: true;
  /** It is read at somebody else's host, which is not to be probed. */
  readonly isForeign?: true;
  /** Names of options that are passwords, tokens or the like: stored sealed, opened only to read, never shown again. */
  readonly secretOptions?: readonly string[];
  /** Names of options that say where the secrets are sent: if one of them changes, the secrets have to be given again. */
  readonly addressOptions?: readonly string[];
  /** Types and defaults of the options. Pointers of errors start at `/options`. @throws InvalidInput */
  parseOptions(options: unknown): Readonly<Record<string, unknown>>;
  /**
   * Options of a node that is about to be stored, completed by what only a first contact tells: the host key that ssh
   * shows, pinned from now on. Unchanged if the node does not answer.
   */
  firstContact(
    options: Readonly<Record<string, unknown>>,
    tools: IntegrationTools,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** `localhost`, or the host that is read; never a user name or a key. Called without the secret options. */
  endpoint(options: Readonly<Record<string, unknown>>): string;
  createCollector(options: Readonly<Record<string, unknown>>, tools: IntegrationTools): Collector;
  /** Reads once, as a poll would, and names everything that is in the way. @throws InvalidInput for wrong options only */
  test(options: Readonly<Record<string, unknown>>, tools: IntegrationTools, signal: AbortSignal): Promise<NodeTest>;
  /**
   * What to put on the node so that it lets itself be read, and with `access` also lets access be taken and given back;
   * null when nothing is needed.
   */
  setup(options: Readonly<Record<string, unknown>>, access?: boolean): Promise<NodeSetup | null>;
  /** How access is taken from its peers. Absent: nobody can. */
  readonly access?: AccessSupport;
  /** What clients of its peers connect with, for subscriptions. Absent: it does not tell. */
  createConfigSource?(options: Readonly<Record<string, unknown>>, tools: IntegrationTools): ConfigSource;
  /** Standing before the panel's own interface. Absent: it cannot. */
  readonly gateway?: GatewaySupport;
}

export interface GatewaySupport {
  /** Whether these options want one. Called without the secret options. */
  isWanted(options: Readonly<Record<string, unknown>>): boolean;
  /** Not yet listening. */
  create(options: Readonly<Record<string, unknown>>, tools: GatewayTools): Gateway;
}

export interface AccessSupport {
  /** What can be done with a source of these options. Called without the secret options. */
  abilities(options: Readonly<Record<string, unknown>>): EnforcerAbilities | CannotEnforce;
  /** To be called only where `abilities` says that it can. */
  createEnforcer(options: Readonly<Record<string, unknown>>, tools: IntegrationTools): Enforcer;
}
