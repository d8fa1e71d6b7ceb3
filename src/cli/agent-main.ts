import { agentVerb } from './commands/agent.ts';
import { reportVerb } from './commands/report.ts';
import { exitCodeOf } from './failure.ts';
import { explain } from './output.ts';

// Agent and reporter alone, as one file: what a node fetches from its panel. `report` as first word is the reporter.
process.umask(0o077);
try {
  const [verb, ...args] = process.argv.slice(2);
  await (verb === 'report' ? reportVerb(args) : agentVerb());
} catch (error) {
  process.exitCode = exitCodeOf(error, explain);
}
