import type { Bytes } from './exact-json.ts';

/** Viewpoint of the node: rx is the user's upload, tx the user's download. Null where the source has no directions. */
export interface Traffic {
  readonly rxBytes: Bytes | null;
  readonly txBytes: Bytes | null;
  readonly totalBytes: Bytes;
}

export interface List<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly total?: number | null;
}

export type Role = 'owner' | 'reseller' | 'viewer';

export interface Session {
  readonly admin: { readonly id: string; readonly name: string; readonly role: Role } | null;
  readonly setupNeeded: boolean;
  readonly version: string;
  readonly timeZone: string;
  readonly trackingEnabled: boolean;
}

export interface Notice {
  readonly code: string;
  readonly severity: 'warning' | 'error';
  readonly message: string;
  readonly hint: string | null;
  readonly nodeId?: string | null;
  readonly nodeName?: string | null;
  readonly since?: string | null;
}

export interface Overview {
  readonly asOf: string;
  readonly now: {
    readonly rxBitsPerSecond: number;
    readonly txBitsPerSecond: number;
    readonly missingNodes: readonly string[];
  } | null;
  readonly today: Traffic & { readonly from: string; readonly to: string; readonly partial: boolean };
  readonly last30Days: Traffic & { readonly from: string; readonly to: string };
  readonly sameTimeLastWeek: Traffic | null;
  readonly online: { readonly peers: number; readonly of: number };
  readonly users: { readonly total: number; readonly active: number };
  readonly nodes: {
    readonly total: number;
    readonly up: number;
    readonly degraded: number;
    readonly down: number;
    readonly unknown: number;
  };
  readonly unclaimed: Traffic & { readonly tokens: number; readonly peers: number };
  readonly tracking: { readonly enabled: boolean; readonly since: string | null };
  readonly notices: readonly Notice[];
  readonly topUsers: readonly Holder[];
  readonly spark: { readonly from: readonly string[]; readonly totalBytes: readonly (Bytes | null)[] };
  readonly onlineSpark: { readonly from: readonly string[]; readonly active: readonly (number | null)[] };
}

export interface Holder {
  readonly userId: string | null;
  readonly userToken: string | null;
  readonly peerId: string | null;
  readonly name: string;
  readonly unclaimed?: boolean;
  readonly traffic: Traffic;
  readonly connections: number;
  readonly servers: number;
  readonly lastUsedAt: string | null;
}

export interface Carrier {
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  readonly nodeId: string | null;
  readonly serviceId: string | null;
  readonly traffic: Traffic;
  readonly connections: number;
  readonly lastUsedAt: string;
}

export interface Summary {
  readonly users: number;
  readonly servers: number;
  readonly protocols: number;
  readonly connections: number;
  readonly traffic: Traffic;
  readonly unclaimed: Traffic;
  readonly from: string;
  readonly to: string;
}

export interface Gap {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly from: string;
  readonly to: string | null;
  readonly reason: string;
  readonly message: string;
}

export interface Series {
  readonly bucketSeconds: number;
  readonly from: readonly string[];
  readonly series: readonly {
    readonly id: string;
    readonly name: string;
    readonly rxBytes: readonly (Bytes | null)[];
    readonly txBytes: readonly (Bytes | null)[];
    readonly totalBytes: readonly (Bytes | null)[];
    readonly flags: readonly number[];
  }[];
  readonly gaps: readonly Gap[];
  readonly marks: readonly { readonly at: string; readonly kind: string; readonly label: string }[];
}

export type NodeState = 'up' | 'degraded' | 'down' | 'unknown' | 'error';
export type Transport = 'local' | 'ssh' | 'file';

export interface NodeOptions {
  readonly transport: Transport;
  readonly ssh?: string | undefined;
  readonly identityFile?: string | undefined;
  readonly hostKey?: string | undefined;
  readonly interface?: string | undefined;
  readonly path?: string | undefined;
}

export interface VpnService {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly listenPort: number | null;
  readonly publicKey: string | null;
  readonly peers: number;
  readonly online: number;
  readonly lastCompleteAt: string | null;
}

export interface Node {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly kind: string;
  readonly options: NodeOptions;
  readonly pollIntervalSeconds: number;
  readonly opening: 'baseline' | 'count';
  readonly usersPolicy: 'none' | 'per-peer' | 'from-comments';
  readonly createdAt: string;
  readonly state: NodeState;
  readonly reason: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
  readonly lastPollAt: string | null;
  readonly lastCompleteAt: string | null;
  readonly lastPollDurationMs: number | null;
  readonly failures: number;
  readonly notices: readonly { readonly code: string; readonly message: string; readonly hint: string | null }[];
  readonly peers: { readonly total: number; readonly online: number };
  readonly rxBitsPerSecond: number | null;
  readonly txBitsPerSecond: number | null;
  readonly today: Traffic;
  readonly beforeXpert: Traffic | null;
  readonly countingSince: string | null;
  readonly services: readonly VpnService[];
  readonly openGap: { readonly from: string; readonly reason: string; readonly message: string } | null;
}

export interface Peer {
  readonly id: string;
  readonly key: string;
  readonly name: string | null;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly protocol: string;
  readonly allowedIps: readonly string[];
  readonly endpoint: string | null;
  readonly lastHandshakeAt: string | null;
  readonly online: boolean;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly traffic: Traffic;
  readonly stale: boolean;
  readonly beforeXpert: Traffic | null;
  readonly firstSeenAt: string;
  readonly endedAt: string | null;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly userToken: string | null;
  readonly linkToken?: string | null;
  readonly telegramId: number | null;
  readonly role: string;
  readonly note: string;
  readonly active: boolean;
  readonly owner: { readonly id: string; readonly name: string } | null;
  readonly peers: number;
  readonly traffic: Traffic;
  readonly createdAt: string;
  readonly deletedAt: string | null;
}

export interface Unclaimed {
  readonly traffic: Traffic;
  readonly tokens: readonly {
    readonly userToken: string;
    readonly traffic: Traffic;
    readonly firstAt: string;
    readonly lastAt: string;
  }[];
  readonly peers: readonly {
    readonly peerId: string;
    readonly name: string;
    readonly key: string;
    readonly nodeName: string;
    readonly traffic: Traffic;
    readonly firstAt: string;
    readonly lastAt: string;
  }[];
}

export interface Reset {
  readonly id: string;
  readonly scope: 'all' | 'owner' | 'user';
  /** Users it applies to; 0 for all. */
  readonly users: number;
  readonly at: string;
  readonly by: { readonly id: string; readonly name: string | null } | null;
  readonly reason: string | null;
  readonly undoneAt: string | null;
}

export interface Settings {
  readonly tracking: { readonly enabled: boolean; readonly since: string | null };
  readonly timeZone: string;
  readonly retentionDays: number;
  readonly domain: string | null;
  readonly webhookAuth: 'open' | 'key';
  readonly publicSummary: boolean;
  readonly fixedByEnvironment: readonly string[];
}

export interface NodeSetup {
  readonly wrapper: { readonly path: string; readonly content: string };
  readonly authorizedKeys: string;
  readonly commands: readonly string[];
}

export interface NodeProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly commands: readonly string[];
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
  } | null;
  readonly problems: readonly NodeProblem[];
  readonly setup: NodeSetup | null;
  readonly hostKey: string | null;
}
