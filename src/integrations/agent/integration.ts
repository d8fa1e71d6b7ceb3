import { InvalidInput, SourceFailure } from '../../core/errors.ts';
import type { Integration } from '../../core/metering/integration.ts';

interface AgentOptions {
  /** Where the node's services are reached, for probes and for people; by default where its agent comes from. */
  readonly host?: string;
}

/** A node whose readings an agent brings. There is nothing to ask: see core/agents. */
export const agent: Integration = {
  kind: 'agent',
  bringsReadings: true,
  parseOptions,
  firstContact: async (options) => options,
  endpoint: (options) => parseOptions(options).host ?? '',
  createCollector: () => ({
    semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'silent' },
    async collect() {
      throw new SourceFailure('agent-brings-readings', 'The agent of this node brings its readings by itself.', {
        hint: 'Look at its log on the node: journalctl -u xpert-agent',
      });
    },
    async close() {},
  }),
  test: async () => ({ ok: true, durationMs: 0, found: null, problems: [], setup: null, hostKey: null }),
  setup: async () => null,
};

function parseOptions(options: unknown): Readonly<Record<string, unknown>> & AgentOptions {
  if (typeof options !== 'object' || options === null) throw new InvalidInput('/options', 'Options are an object.');
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'host') throw new InvalidInput(`/options/${name}`, `An agent's node has no option "${name}".`);
    if (typeof value !== 'string' || !/^[A-Za-z0-9.:[\]-]{1,253}$/.test(value))
      throw new InvalidInput('/options/host', '"host" must be a host name or an IP address.');
  }
  return { ...options };
}
