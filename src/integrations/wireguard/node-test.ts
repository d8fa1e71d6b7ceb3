import { SourceFailure } from '../../core/errors.ts';
import type { NodeSetup, NodeTest } from '../../core/inventory/node-operations.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { summarizePoll } from '../../core/metering/source-test.ts';
import { fetchHostKey } from '../../lib/ssh.ts';
import { pinHostKey, sshTargetOf } from '../../lib/ssh-fields.ts';
import { fingerprint } from '../../lib/ssh-key.ts';
import { createTransport, WireguardCollector } from './collector.ts';
import type { WireguardOptions } from './options.ts';
import type { NodeOutput } from './output-reader.ts';
import { describeSetup } from './setup.ts';

type Problem = NodeTest['problems'][number];

/** Reads a node once and says all that is in the way; the first contact shows the host key for a person to compare. */
export async function testNode(
  options: WireguardOptions,
  tools: IntegrationTools,
  signal: AbortSignal,
): Promise<NodeTest> {
  const startedMs = tools.clock.monotonicMs();
  const setup = await describeSetup(options);
  const { tried, hostKey } = await tryToRead(options, tools, signal);
  const durationMs = Math.round(tools.clock.monotonicMs() - startedMs);
  const common = { durationMs, setup, hostKey: hostKey === null ? null : `${hostKey} ${fingerprint(hostKey)}` };
  if (tried instanceof SourceFailure) {
    return { ...common, ok: false, found: null, problems: [await explain(tried, options, setup, tools, signal)] };
  }
  return {
    ...common,
    ok: tried.poll.complete,
    found: summarizePoll(tried.poll),
    problems: problemsOf(tried),
  };
}

async function tryToRead(options: WireguardOptions, tools: IntegrationTools, signal: AbortSignal) {
  const tried = await readOnce(options, tools, signal);
  const isUnknown = tried instanceof SourceFailure && tried.code === 'ssh-host-key-unknown';
  if (!isUnknown) return { tried, hostKey: options.hostKey ?? null };
  const pinned = await pinHostKey(options, tools.runDirectory, signal);
  if (pinned.hostKey === undefined) return { tried, hostKey: null };
  return { tried: await readOnce(pinned, tools, signal), hostKey: pinned.hostKey };
}

async function readOnce(
  options: WireguardOptions,
  tools: IntegrationTools,
  signal: AbortSignal,
): Promise<NodeOutput | SourceFailure> {
  const collector = new WireguardCollector(createTransport(options, tools));
  try {
    return await collector.read(signal);
  } catch (error) {
    if (error instanceof SourceFailure) return error;
    throw error;
  } finally {
    await collector.close();
  }
}

async function seenHostKey(options: WireguardOptions, tools: IntegrationTools, signal: AbortSignal) {
  try {
    return await fetchHostKey({ target: sshTargetOf(options), directory: tools.runDirectory }, signal);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

/** Adds what a test can find out and a poll need not. */
async function explain(
  problem: SourceFailure,
  options: WireguardOptions,
  setup: NodeSetup | null,
  tools: IntegrationTools,
  signal: AbortSignal,
): Promise<Problem> {
  const { code, message, details } = problem;
  const hint = problem.hint ?? null;
  const commands = Array.isArray(details.commands) ? details.commands.map(String) : [];
  if (code === 'ssh-key-refused' && setup !== null) return { code, message, hint, commands: [...setup.commands] };
  if (code === 'not-permitted' && options.transport === 'local') return { code, message, ...RIGHTS_OF_SERVICE };
  if (code === 'ssh-host-key-changed' && options.hostKey !== undefined) {
    const seen = await seenHostKey(options, tools, signal);
    const now = seen === null ? '' : ` It shows ${fingerprint(seen)} (${seen}).`;
    return { code, message: `${message} Pinned is ${fingerprint(options.hostKey)}.${now}`, hint, commands };
  }
  return { code, message, hint, commands };
}

/** Xpert as a service of its own user has no rights at all unless its drop-in gives them. */
const RIGHTS_OF_SERVICE = {
  hint: 'Run Xpert as root, or give its service the right to ask the kernel about WireGuard (CAP_NET_ADMIN).',
  commands: [
    'install -D -m 644 /opt/xpert/deploy/systemd/local-wireguard.conf /etc/systemd/system/xpert.service.d/local-wireguard.conf',
    'systemctl daemon-reload && systemctl restart xpert',
  ],
};

function problemsOf({ poll, unreadable }: NodeOutput): Problem[] {
  const problems = poll.notices.map(({ code, message, hint = null }) => ({ code, message, hint, commands: [] }));
  if (unreadable.length === 0) return problems;
  return [
    ...problems,
    {
      code: 'names-unreadable',
      message: `Names of peers cannot be read: ${unreadable.join(', ')}.`,
      hint: 'Counting does not need them. To see names, let the script run as root.',
      commands: [],
    },
  ];
}
