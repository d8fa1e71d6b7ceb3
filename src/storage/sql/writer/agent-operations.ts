import type { ChainPlace } from '../../../core/agents/chain.ts';
import type { AgentMark, FailedPoll } from '../../../core/ledger/usage-ledger.ts';
import type { NodeId } from '../../../core/units/ids.ts';
import type { AgentMarks } from './agent-marks.ts';
import { operation } from './operation.ts';
import type { PollOutcomes } from './poll-outcomes.ts';

interface AgentParts {
  readonly agents: AgentMarks;
  readonly outcomes: PollOutcomes;
}

/** Polls that gave nothing, and readings that are not to be counted. */
export function agentOperations({ agents, outcomes }: AgentParts) {
  return {
    recordFailedPoll: operation(
      'inventory',
      (_now, failure: FailedPoll): ChainPlace => {
        const place = agents.placeOf(failure);
        if (place === 'repeated' || place === 'missing-before') return place;
        const inOrder = agents.inOrder(failure);
        outcomes.saveFailure(inOrder);
        agents.move(inOrder, 'counting');
        return place;
      },
      false,
    ),
    passAgentReading: operation(
      'inventory',
      (_now, nodeId: NodeId, at: Date, agent: AgentMark) => agents.move({ nodeId, at, agent }, 'standby'),
      false,
    ),
  };
}
