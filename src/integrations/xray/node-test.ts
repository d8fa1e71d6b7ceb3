import { SourceFailure } from '../../core/errors.ts';
import type { NodeTest } from '../../core/inventory/node-operations.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { summarizePoll } from '../../core/metering/source-test.ts';
import { pinHostKey } from '../../lib/ssh-fields.ts';
import { fingerprint } from '../../lib/ssh-key.ts';
import { type Kind, type Reading, XrayCollector } from './collector.ts';
import { notice } from './failures.ts';
import { apiOf, DEFAULT_API, isLoopback, type XrayOptions } from './options.ts';
import { describeSetup } from './setup.ts';
import { StatsClient } from './stats-client.ts';

type Problem = NodeTest['problems'][number];

/** Reads once and says all that is in the way; the first contact shows the host key for a person to compare. */
export async function testNode(
  kind: Kind,
  options: XrayOptions,
  tools: IntegrationTools,
  signal: AbortSignal,
): Promise<NodeTest> {
  const startedMs = tools.clock.monotonicMs();
  const pinned = await pinHostKey(options, tools.runDirectory, signal);
  const setup = await describeSetup(options);
  const read = await readOnce(kind, pinned, tools, signal);
  const { hostKey } = pinned;
  const common = {
    durationMs: Math.round(tools.clock.monotonicMs() - startedMs),
    setup,
    hostKey: hostKey === undefined ? null : `${hostKey} ${fingerprint(hostKey)}`,
  };
  if (read instanceof SourceFailure) return { ...common, ok: false, found: null, problems: [problemOf(read, setup)] };
  return { ...common, ok: true, found: summarizePoll(read.poll), problems: remarks(options, read) };
}

async function readOnce(
  kind: Kind,
  options: XrayOptions,
  tools: IntegrationTools,
  signal: AbortSignal,
): Promise<Reading | SourceFailure> {
  const collector = new XrayCollector(new StatsClient(options, tools.runDirectory), options, kind, tools.clock);
  try {
    return await collector.read(signal);
  } catch (error) {
    if (error instanceof SourceFailure) return error;
    throw error;
  } finally {
    await collector.close();
  }
}

function problemOf(failure: SourceFailure, setup: NodeTest['setup']): Problem {
  const { code, message, details } = failure;
  const isSetup = (code === 'ssh-key-refused' || code === 'ssh-forward-refused') && setup !== null;
  const commands = Array.isArray(details.commands) ? details.commands.map(String) : [];
  return { code, message, hint: failure.hint ?? null, commands: isSetup ? [...setup.commands] : commands };
}

/** What does not keep it from being read, and is good to know. */
function remarks(options: XrayOptions, { poll, name, uptimeSeconds }: Reading): Problem[] {
  const notices = [...poll.notices];
  const peers = poll.services.flatMap((service) => [...service.peers]);
  if (peers.length === 0 && notices.length === 0) {
    notices.push(
      notice(
        'no-counters-yet',
        `There is no counter yet; ${name} has been running for ${uptimeSeconds} s.`,
        name === 'sing-box'
          ? 'Only names listed in experimental.v2ray_api.stats are counted. Counters appear with the first connection.'
          : 'Counters appear with the first connection. They need "stats" and the statsUser… of the policy.',
      ),
    );
  }
  if (options.transport === 'local' && !isLoopback(apiOf(options))) {
    notices.push(
      notice(
        'api-exposed',
        `The API at ${options.api ?? DEFAULT_API} has neither password nor encryption: who reaches it can add users.`,
        'Let it listen on 127.0.0.1 and read it through ssh, unless its network is yours alone.',
      ),
    );
  }
  return notices.map(({ code, message, hint = null }) => ({ code, message, hint, commands: [] }));
}
