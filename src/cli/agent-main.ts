import { agentVerb } from './commands/agent.ts';
import { exitCodeOf } from './failure.ts';
import { explain } from './output.ts';

// The agent alone, as one file: what a node fetches from its panel.
process.umask(0o077);
try {
  await agentVerb();
} catch (error) {
  process.exitCode = exitCodeOf(error, explain);
}
