import type { NodeId } from '../units/ids.ts';
import type { AgentBatch } from './agent-reading.ts';

/** Port: what the panel does with the readings that agents bring. Implemented by app/. */
export interface AgentDesk {
  /**
   * Meters and books the readings of a batch in their order, each in a transaction of its own.
   * @param from address of the agent, for people to see.
   * @throws NotFound if the node was removed; LedgerFailure: nothing beyond the answered position was taken
   */
  receive(nodeId: NodeId, batch: AgentBatch, from: string): Promise<AgentPosition>;
  /** Up to where the readings of this incarnation are counted. @throws NotFound */
  position(nodeId: NodeId, incarnation: string): Promise<AgentPosition>;
  /**
   * A new token for the agent of a node, with what to put on it; tokens made for its agent before end. The address is how
   * the agent reaches the panel. While the node is read in another way, its agent stands by. @throws NotFound
   */
  enroll(nodeId: NodeId, panelUrl: string, makeToken: MakeToken): Promise<AgentEnrolment>;
}

/** Makes an ingest token bound to the node and answers its secret, ending those made under the same name before. */
export type MakeToken = (name: string, nodeId: NodeId) => Promise<string>;

/** What an agent is told. */
export interface AgentPosition {
  readonly nodeId: NodeId;
  readonly nodeName: string;
  /** The last sequence taken; 0 = none of this incarnation. The agent goes on (or sends again) from the next one. */
  readonly sequence: number;
  readonly state: 'counting' | 'standby';
  /** Why it is standby; null while it counts. */
  readonly reason: string | null;
  /** How often the node is to be read. */
  readonly intervalMs: number;
  /** `TrackingState.period`: what the agent reads from here on bears it. */
  readonly trackingPeriod: number;
}

/** What makes a node bring its readings. */
export interface AgentEnrolment {
  /** The one line of configuration; holds the token. */
  readonly line: string;
  /** Text of a systemd unit that runs the agent with that line. */
  readonly unit: string;
  /** All of it as commands for a root shell on the node. */
  readonly commands: readonly string[];
}
