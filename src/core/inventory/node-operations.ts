import type { Traffic } from '../units/bytes.ts';
import type { NodeId, PeerId, ServiceId, UserId } from '../units/ids.ts';
import type { Node, NodeSource, Opening, UsersPolicy } from './node.ts';

/**
 * Health of a node: `up` answers completely, `degraded` answers in part or late, `down` silent for 3 intervals (at
 * least 15 s), `error` our collector fails (settings, permissions), `unknown` not asked yet or tracking cannot say.
 */
export type NodeState = 'up' | 'degraded' | 'down' | 'error' | 'unknown';

export interface Notice {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** Whether a secret option of a node is there; `lost`: sealed with a key that is not here, to be entered again. */
export type SecretState = 'set' | 'not-set' | 'lost';

/** About a node. `isInfo`: worth knowing, and no reason to call the node degraded. */
export interface NodeNotice extends Notice {
  readonly isInfo?: boolean;
  /** Name of the VPN service on the node that it is about; absent: the node. */
  readonly about?: string;
}

/** A node as people look at it: what is stored, how reading it goes, what flows now. */
export interface NodeView {
  /** Its options come without secrets. */
  readonly node: Node;
  /** The secret options of its kind. */
  readonly secrets: Readonly<Record<string, SecretState>>;
  /** Host that is read, for the seeds' `endpoint`: `vpn1.example.com`, or `localhost`. Never a user name or a key. */
  readonly endpoint: string;
  readonly state: NodeState;
  /** Why it is not `up`; null when it is. */
  readonly reason: Notice | null;
  readonly notices: readonly NodeNotice[];
  /** How far the node's clock is ahead of ours (behind: negative), ms, smoothed; null while it is not known. */
  readonly clockSkewMs: number | null;
  /** The collector has shown nothing complete since; null while it does. */
  readonly silentSince: Date | null;
  readonly lastPollAt: Date | null;
  readonly lastCompleteAt: Date | null;
  readonly lastPollDurationMs: number | null;
  /** Polls in a row that were not complete. */
  readonly failures: number;
  /** Polls since this process started, by outcome: grow only. */
  readonly polls: { readonly complete: number; readonly incomplete: number; readonly failed: number };
  readonly peers: { readonly total: number; readonly online: number };
  /** Flow over the last poll interval, bits per second; null when not known. */
  readonly rate: Rate | null;
  readonly today: Traffic;
  /** What the counters showed before we watched; null if that is nothing. */
  readonly beforeXpert: Traffic | null;
  readonly countingSince: Date;
  readonly services: readonly ServiceView[];
  /** Whoever brings its readings, or stands by to do so; null if nobody ever did. */
  readonly agent: AgentView | null;
  readonly openGap: { readonly from: Date; readonly reason: string; readonly message: string } | null;
}

/** The agent of a node as it was heard of last. */
export interface AgentView {
  readonly state: 'counting' | 'standby';
  readonly seenAt: Date;
  readonly address: string;
  readonly version: string;
}

export interface ServiceView {
  readonly id: ServiceId;
  readonly kind: string;
  readonly name: string;
  readonly listenPort: number | null;
  /** The service's natural identity; for WireGuard the interface's public key. */
  readonly publicKey: string;
  readonly peers: number;
  readonly online: number;
  readonly lastCompleteAt: Date | null;
  /** It was in no complete reading since; null while it is. */
  readonly silentSince: Date | null;
}

/** Viewpoint of the node, as `Traffic`. */
export interface Rate {
  readonly rxBitsPerSecond: number;
  readonly txBitsPerSecond: number;
}

export interface NodeDraft {
  readonly name: string;
  readonly description: string;
  readonly source: NodeSource;
  readonly pollIntervalMs: number;
  readonly opening: Opening;
  readonly usersPolicy: UsersPolicy;
  readonly linkMbit?: number | null;
  readonly tags?: readonly string[];
}

export interface NodeTest {
  readonly ok: boolean;
  readonly durationMs: number;
  readonly found: {
    readonly services: readonly {
      readonly kind: string;
      readonly name: string;
      readonly listenPort: number | null;
      readonly peers: number;
    }[];
    readonly peers: number;
    readonly bytes: Traffic;
    /** Version of what was read, where it tells. */
    readonly version: string | null;
    /** What the owner should know before counting begins; nothing is wrong. */
    readonly notes: readonly Notice[];
  } | null;
  readonly problems: readonly (Notice & { readonly commands: readonly string[] })[];
  readonly setup: NodeSetup | null;
  /** Pinned line of the host key as seen, for the person to compare; null without ssh. */
  readonly hostKey: string | null;
}

/** A step on the way to the counters, in the order of trying: `read` is logging in and reading. */
export interface TestStep {
  readonly step: 'name' | 'port' | 'read';
  readonly outcome: 'done' | 'failed' | 'not-tried';
  /** Addresses of the name, host and port, or the number of peers that were read. */
  readonly detail: string | null;
  /** Why it failed. */
  readonly reason: Notice | null;
  readonly durationMs: number | null;
}

/** A test with the way that it took. */
export interface TestedNode extends NodeTest {
  readonly steps: readonly TestStep[];
}

/** What to put on the node so that it lets itself be read and nothing more. */
export interface NodeSetup {
  /** Script to put on the node; null where none is needed. */
  readonly wrapper: { readonly path: string; readonly content: string } | null;
  readonly authorizedKeys: string;
  readonly commands: readonly string[];
}

export interface PollReport {
  readonly outcome: 'complete' | 'incomplete';
  readonly durationMs: number;
  readonly services: readonly {
    readonly id: ServiceId;
    readonly name: string;
    readonly peers: number;
    readonly counted: Traffic;
    readonly before: Traffic;
  }[];
}

/** Port: what the running product does with nodes. Implemented by app/. */
export interface NodeOperations {
  views(): Promise<NodeView[]>;
  view(id: NodeId): Promise<NodeView | null>;
  /** Checks the options, stores the node and polls it at once. @throws InvalidInput, Taken */
  add(draft: NodeDraft): Promise<NodeView>;
  /**
   * Takes effect with the next poll. Secret options that a new source leaves out stay as they are; null takes one away.
   * @throws NotFound, InvalidInput, Taken
   */
  change(
    id: NodeId,
    change: Partial<
      Pick<NodeDraft, 'name' | 'description' | 'source' | 'pollIntervalMs' | 'usersPolicy' | 'linkMbit' | 'tags'>
    >,
  ): Promise<NodeView>;
  /** Ends polling; history stays. @throws NotFound */
  remove(id: NodeId): Promise<void>;
  /** Polls now, or joins the poll that runs. @throws NotFound, SourceFailure */
  poll(id: NodeId): Promise<PollReport>;
  pollAll(): Promise<
    readonly {
      readonly nodeId: NodeId;
      readonly outcome: 'complete' | 'incomplete' | 'failed';
      readonly code: string | null;
      readonly message: string | null;
    }[]
  >;
  /** How the polling of all nodes keeps its beat. */
  beat(): Beat;
  /**
   * Reads once without counting or storing anything. `stored`: the node whose secrets serve where the source has none.
   * @throws InvalidInput, NotFound
   */
  test(source: NodeSource, stored?: NodeId): Promise<TestedNode>;
  /** With `access`: so that access can be taken and given back there, too. */
  setup(source: NodeSource, stored?: NodeId, access?: boolean): Promise<NodeSetup | null>;
  /** Flow over all nodes now; null when no node is known. `missing`: names of nodes whose flow is not in it. */
  flow(): Promise<{ readonly rate: Rate; readonly missing: readonly string[] } | null>;
  /** What the owner should look at now, over all nodes and the product itself (open webhook, disk, clock, …). */
  notices(): Promise<readonly SystemNotice[]>;
  /** Gives the unowned peers of a node to users by the policy; `preview` only says what it would do. @throws NotFound */
  assignAutomatically(request: {
    readonly nodeId: NodeId;
    readonly policy: Exclude<UsersPolicy, 'none'>;
    readonly preview: boolean;
  }): Promise<AutomaticAssignment>;
}

/** How the polling of all nodes goes. */
export interface Beat {
  /** Polls that run now. */
  readonly running: number;
  /** Polls that are due and wait for a free slot. */
  readonly waiting: number;
  /** How late the latest poll of the last minute began after it was due, ms. */
  readonly lateMs: number;
}

export interface SystemNotice extends Notice {
  /** What it is about; stays the same while it lasts, whatever the words say. */
  readonly key: string;
  /** Under what it is told as an alert: `node-down` for every reason why a node is. */
  readonly topic: string;
  readonly severity: 'warning' | 'error';
  readonly serviceId?: ServiceId;
  readonly nodeId: NodeId | null;
  readonly nodeName: string | null;
  readonly since: Date | null;
}

export interface AutomaticAssignment {
  readonly users: readonly {
    readonly name: string;
    /** The user is there already. */
    readonly existing: UserId | null;
    readonly peers: readonly { readonly peerId: PeerId; readonly key: string; readonly name: string | null }[];
  }[];
  /** Peers given; 0 in a preview. */
  readonly assigned: number;
}
