import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Prober } from '../core/health/prober.ts';
import type { NodeTest, TestStep } from '../core/inventory/node-operations.ts';
import { resolveBySystem } from '../lib/http-client/connection.ts';
import { parseSshTarget } from '../lib/ssh-target.ts';

const SSH_PORT = 22;

interface Place {
  readonly host: string;
  readonly port: number;
  readonly privateAddresses: boolean;
}

interface Tools {
  readonly prober: Prober;
  readonly resolve?: typeof resolveBySystem;
}

type Options = Readonly<Record<string, unknown>>;

/**
 * The way to a source, step by step and each with its time: its name, its port, then reading it. Looked at from this
 * machine while `read` goes on; a source that is no host of the network has only the last step.
 */
export async function testInSteps(
  options: Options,
  tools: Tools,
  read: () => Promise<NodeTest>,
  signal: AbortSignal,
): Promise<{ readonly test: NodeTest; readonly steps: readonly TestStep[] }> {
  const place = placeOf(options);
  const [way, test] = await Promise.all([place === null ? [] : walkTo(place, tools, signal), read()]);
  // Read although its name or port is not reachable from here: ssh knows another way, by its own configuration.
  const known = test.ok && way.some(({ outcome }) => outcome !== 'done') ? [] : way;
  return { test, steps: [...known, readStep(test)] };
}

function placeOf({ ssh, url, privateAddress }: Options): Place | null {
  if (typeof ssh === 'string') {
    const target = parseSshTarget(ssh);
    return target === null ? null : { host: target.host, port: target.port ?? SSH_PORT, privateAddresses: true };
  }
  if (typeof url !== 'string' || !URL.canParse(url)) return null;
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(port) || (protocol === 'http:' ? 80 : 443), privateAddresses: privateAddress === true };
}

async function walkTo(place: Place, tools: Tools, signal: AbortSignal): Promise<TestStep[]> {
  const { host, port, privateAddresses } = place;
  const name = isIP(host) === 0 ? [await nameStep(host, tools.resolve ?? resolveBySystem)] : [];
  const detail = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (name[0]?.outcome === 'failed')
    return [...name, { step: 'port', outcome: 'not-tried', detail, reason: null, durationMs: null }];
  const target = { kind: 'tcp', host, port, privateAddresses, serverName: null, anyCertificate: false } as const;
  const { outcome, latencyMs, reason } = await tools.prober.probe(target, signal);
  const durationMs = latencyMs === null ? null : Math.round(latencyMs);
  if (outcome === 'answered') return [...name, { step: 'port', outcome: 'done', detail, reason: null, durationMs }];
  return [...name, { step: 'port', outcome: 'failed', detail, reason, durationMs }];
}

async function nameStep(host: string, resolve: typeof resolveBySystem): Promise<TestStep> {
  const began = performance.now();
  const passed = () => Math.round(performance.now() - began);
  try {
    const addresses = await resolve(host);
    return { step: 'name', outcome: 'done', detail: addresses.join(', '), reason: null, durationMs: passed() };
  } catch {
    const message = `The name ${host} is not known.`;
    const reason = {
      code: 'name-unknown',
      message,
      hint: 'Look at how it is written, and at the DNS of this machine.',
    };
    return { step: 'name', outcome: 'failed', detail: host, reason, durationMs: passed() };
  }
}

function readStep({ ok, durationMs, problems, found }: NodeTest): TestStep {
  const [problem] = problems;
  const reason = problem === undefined ? null : { code: problem.code, message: problem.message, hint: problem.hint };
  const detail = found === null ? null : String(found.peers);
  return { step: 'read', outcome: ok ? 'done' : 'failed', detail, reason: ok ? null : reason, durationMs };
}
