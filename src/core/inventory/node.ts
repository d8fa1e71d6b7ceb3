import type { NodeId, ServiceId } from '../units/ids.ts';

/** How we reach the counters of a node. `options` belongs to the integration of that `kind` and is validated by it. */
export interface NodeSource {
  /** Integration: `wireguard`, … (one line each in app/registry.ts). */
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** How peers found on a node get users: from comments in its configuration, one user per peer, or by hand. */
export type UsersPolicy = 'from-comments' | 'per-peer' | 'none';

/** Whether what the counters showed before we watched counts (`count`) or is shown apart as "before Xpert" (`baseline`). */
export type Opening = 'baseline' | 'count';

/** A host that carries traffic. */
export interface Node {
  readonly id: NodeId;
  /** Unique among living nodes. */
  readonly name: string;
  /** The seeds' `server_id`: slug of the name at creation; never changes. */
  readonly slug: string;
  readonly description: string;
  readonly source: NodeSource;
  readonly pollIntervalMs: number;
  readonly opening: Opening;
  readonly usersPolicy: UsersPolicy;
  /** Speed of the node's link, Mbit/s in each direction: readings that are faster are set aside. Null: not told. */
  readonly linkMbit: number | null;
  /** Words to group nodes by: quotas may be of such a group. */
  readonly tags: readonly string[];
  readonly createdAt: Date;
  readonly deletedAt: Date | null;
}

/** One thing on a node with its own counters: `wg0`, an Xray inbound. */
export interface VpnService {
  readonly id: ServiceId;
  readonly nodeId: NodeId;
  readonly kind: string;
  readonly identity: string;
  readonly name: string;
  readonly listenPort: number | null;
  /** What its bytes are: as they flowed, or multiplied by the source already. */
  readonly basis: 'raw' | 'weighted';
  readonly firstSeenAt: Date;
  /** End of the first complete poll; null while there was none: first sights until then are baselines. */
  readonly firstCompleteAt: Date | null;
  readonly lastCompleteAt: Date | null;
}
