import { type ChainPlace, placeInChain } from '../../../core/agents/chain.ts';
import type { AgentMark, NodePoll } from '../../../core/ledger/usage-ledger.ts';
import type { Database } from '../database.ts';

/** Incarnations remembered per node: more than one only where a spool was lost or a node was copied. */
const KEPT = 16;

/** Up to where the readings of agents are counted: moved in the transaction that books a reading. */
export class AgentMarks {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** `next` for a poll of our own. */
  placeOf({ nodeId, agent }: Pick<NodePoll, 'nodeId' | 'agent'>): ChainPlace {
    return agent === undefined ? 'next' : placeInChain(agent, this.#row(nodeId, agent.incarnation)?.sequence ?? 0);
  }

  /** Readings come in order: none is booked before one that came earlier, whatever the node's clock said. */
  inOrder<P extends Pick<NodePoll, 'nodeId' | 'agent' | 'at'>>(poll: P): P {
    const { agent, nodeId, at } = poll;
    if (agent === undefined) return poll;
    const lastMs = this.#row(nodeId, agent.incarnation)?.lastMs ?? 0;
    return at.getTime() >= lastMs ? poll : { ...poll, at: new Date(lastMs) };
  }

  /** When the last reading of the incarnation was taken, ms; null if there is none. */
  lastMs(nodeId: string, { incarnation }: AgentMark): number | null {
    return this.#row(nodeId, incarnation)?.lastMs ?? null;
  }

  move({ nodeId, agent, at }: Pick<NodePoll, 'nodeId' | 'agent' | 'at'>, state: 'counting' | 'standby'): void {
    if (agent === undefined) return;
    const { incarnation, sequence, receivedAt, address, version } = agent;
    this.#sql.move.run(nodeId, incarnation, sequence, at.getTime(), receivedAt.getTime(), address, version, state);
    this.#sql.prune.run(nodeId, nodeId, KEPT);
  }

  #row(nodeId: string, incarnation: string): { readonly sequence: number; readonly lastMs: number } | undefined {
    return this.#sql.find.get(nodeId, incarnation) as { sequence: number; lastMs: number } | undefined;
  }
}

function prepare(db: Database) {
  return {
    find: db.prepare('SELECT sequence, last_at AS lastMs FROM agent WHERE node_id = ? AND incarnation = ?'),
    move: db.prepare(
      `INSERT INTO agent (node_id, incarnation, sequence, last_at, seen_at, address, version, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET sequence = excluded.sequence, last_at = max(last_at, excluded.last_at),
         seen_at = excluded.seen_at, address = excluded.address, version = excluded.version, state = excluded.state`,
    ),
    prune: db.prepare(
      `DELETE FROM agent WHERE node_id = ? AND incarnation NOT IN
         (SELECT incarnation FROM agent WHERE node_id = ? ORDER BY seen_at DESC LIMIT ?)`,
    ),
  };
}
