import type { AgentDesk, AgentEnrolment, AgentPosition, MakeToken } from '../core/agents/agent-desk.ts';
import type { AgentBatch, AgentReading } from '../core/agents/agent-reading.ts';
import type { ChainPlace } from '../core/agents/chain.ts';
import { ExpectedError, NotFound } from '../core/errors.ts';
import { isStale, staleAfterMs } from '../core/health/node-health.ts';
import type { InventoryStore } from '../core/inventory/inventory-store.ts';
import type { Node } from '../core/inventory/node.ts';
import type { AgentMark, TrackingState, UsageLedger } from '../core/ledger/usage-ledger.ts';
import type { SourceNotice } from '../core/metering/collector.ts';
import { STEP_MS } from '../core/metering/wall-time.ts';
import type { Clock } from '../core/units/clock.ts';
import { counted } from '../core/units/counted.ts';
import type { NodeId } from '../core/units/ids.ts';
import type { NodePolling, WallTime } from './node-polling.ts';

interface Dependencies {
  readonly inventory: Pick<InventoryStore, 'node' | 'nodes' | 'agents' | 'pollStates'>;
  readonly ledger: Pick<UsageLedger, 'passAgentReading'>;
  readonly polling: Pick<NodePolling, 'take' | 'miss'>;
  readonly tracking: () => Promise<TrackingState>;
  readonly clock: Pick<Clock, 'now'>;
  readonly wallTime: WallTime;
  readonly enrolment: (panelUrl: string, token: string) => AgentEnrolment;
}

/** An agent's clock this near to ours is right: what is between them is the way of the request. */
const NEAR_MS = 5_000;
/** From here on a clock that is off is told to people. */
const TOLD_MS = 60_000;

/** Takes what agents bring through the same meter as polls of ours. */
export class RunningAgents implements AgentDesk {
  readonly #use: Dependencies;
  /** One batch of a node at a time: a repeated one waits for the first. */
  readonly #turns = new Map<NodeId, Promise<unknown>>();

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  async receive(nodeId: NodeId, batch: AgentBatch, from: string): Promise<AgentPosition> {
    const before = this.#turns.get(nodeId) ?? Promise.resolve();
    const turn = before.catch(() => {}).then(() => this.#take(nodeId, batch, from));
    this.#turns.set(nodeId, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(nodeId) === turn) this.#turns.delete(nodeId);
    }
  }

  async position(nodeId: NodeId, incarnation: string): Promise<AgentPosition> {
    const node = await this.#must(nodeId);
    return await this.#positionOf(node, incarnation, await this.#standbyReason(node, incarnation));
  }

  async enroll(nodeId: NodeId, panelUrl: string, makeToken: MakeToken): Promise<AgentEnrolment> {
    const node = await this.#must(nodeId);
    return this.#use.enrolment(panelUrl, await makeToken(`agent of ${node.slug}`, nodeId));
  }

  /** A chore: notes agents that fell silent, once each: as a failed poll, which opens a gap. */
  async noteSilence(): Promise<false> {
    const { inventory, polling, clock } = this.#use;
    const states = new Map((await inventory.pollStates()).map((state) => [state.nodeId, state]));
    for (const node of await inventory.nodes()) {
      const state = states.get(node.id);
      if (node.deletedAt !== null || node.source.kind !== 'agent' || state === undefined) continue;
      if (state.code === SILENT || !isStale(state.lastAttemptAt, node.pollIntervalMs, clock.now())) continue;
      await polling.miss(node, new ExpectedError(SILENT, 'The agent of the node is silent.', { hint: SILENT_HINT }));
    }
    return false;
  }

  async #take(nodeId: NodeId, batch: AgentBatch, from: string): Promise<AgentPosition> {
    const node = await this.#must(nodeId);
    const standby = await this.#standbyReason(node, batch.incarnation);
    const receivedAt = this.#use.wallTime.read().at;
    for (const reading of batch.readings) {
      const mark: AgentMark = {
        incarnation: batch.incarnation,
        sequence: reading.sequence,
        after: reading.after,
        lostBefore: reading.lostBefore,
        receivedAt,
        joinsWithinMs: staleAfterMs(node.pollIntervalMs),
        address: from,
        version: batch.version,
      };
      if (standby !== null) await this.#use.ledger.passAgentReading(nodeId, receivedAt, mark);
      else if ((await this.#count(node, reading, mark, batch)) === 'missing-before') break;
    }
    return await this.#positionOf(node, batch.incarnation, standby);
  }

  async #count(node: Node, reading: AgentReading, mark: AgentMark, batch: AgentBatch): Promise<ChainPlace> {
    const { at, skewMs } = this.#timeOf(reading, batch, mark.receivedAt);
    const { result, durationMs } = reading;
    if (result.kind === 'failed') {
      const error = new ExpectedError(result.code, result.message, result.hint === null ? {} : { hint: result.hint });
      return await this.#use.polling.miss(node, error, { at, durationMs, agent: mark });
    }
    const notices = [...result.poll.notices, ...clockNotice(skewMs)];
    return await this.#use.polling.take(node, {
      semantics: result.semantics,
      poll: { ...result.poll, notices },
      at,
      durationMs,
      clockSuspect: reading.clockSuspect || Math.abs(skewMs) > STEP_MS,
      trackingPeriod: reading.trackingPeriod,
      agent: mark,
    });
  }

  /** The difference of the two clocks moves the reading to where it belongs by ours; never into the future. */
  #timeOf({ takenAt }: AgentReading, { sentAt }: AgentBatch, receivedAt: Date): { at: Date; skewMs: number } {
    const skewMs = receivedAt.getTime() - sentAt.getTime();
    const shiftMs = Math.abs(skewMs) <= NEAR_MS ? 0 : skewMs;
    return { at: new Date(Math.min(takenAt.getTime() + shiftMs, receivedAt.getTime())), skewMs: shiftMs };
  }

  /** Why this agent does not count; null if it does. */
  async #standbyReason(node: Node, incarnation: string): Promise<string | null> {
    if (node.source.kind !== 'agent') return `${node.name} is read as ${node.source.kind} from the panel.`;
    const others = (await this.#use.inventory.agents(node.id)).filter((other) => other.incarnation !== incarnation);
    const now = this.#use.clock.now();
    const counting = others.find(
      ({ state, seenAt }) => state === 'counting' && !isStale(seenAt, node.pollIntervalMs, now),
    );
    return counting === undefined
      ? null
      : `Another agent brings the readings of ${node.name}, from ${counting.address}.`;
  }

  async #positionOf(node: Node, incarnation: string, standby: string | null): Promise<AgentPosition> {
    const own = (await this.#use.inventory.agents(node.id)).find((agent) => agent.incarnation === incarnation);
    return {
      nodeId: node.id,
      nodeName: node.name,
      sequence: own?.sequence ?? 0,
      state: standby === null ? 'counting' : 'standby',
      reason: standby,
      intervalMs: node.pollIntervalMs,
      trackingPeriod: (await this.#use.tracking()).period,
    };
  }

  async #must(nodeId: NodeId): Promise<Node> {
    const node = await this.#use.inventory.node(nodeId);
    if (node === null || node.deletedAt !== null) throw new NotFound('node', nodeId, 'It was removed in the panel.');
    return node;
  }
}

const SILENT = 'agent-silent';
const SILENT_HINT =
  'Look at it on the node: systemctl status xpert-agent; journalctl -u xpert-agent. What it keeps meanwhile is not lost.';

function clockNotice(skewMs: number): SourceNotice[] {
  if (Math.abs(skewMs) <= TOLD_MS) return [];
  const off = counted(Math.round(Math.abs(skewMs) / 60_000), 'minute');
  return [
    {
      code: 'clock-skew',
      message: `The clock of the node is ${off} ${skewMs > 0 ? 'behind' : 'ahead'}; its readings are moved to our time.`,
      hint: 'On the node: timedatectl status',
    },
  ];
}
