import { readAgentConfig } from '../../app/agent/agent-config.ts';
import { runAgent } from '../../app/agent/run-agent.ts';

/** `xpert agent`: reads this node and brings the readings to a panel elsewhere, until it is ended. */
export async function agentVerb(): Promise<void> {
  await runAgent(readAgentConfig());
}
