import type { NodeTest, Notice } from '../../core/inventory/node-operations.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { type SourceFacts, testCollector } from '../../core/metering/source-test.ts';
import { RemnawaveClient } from './client.ts';
import { RemnawaveCollector } from './collector.ts';
import type { RemnawaveOptions } from './options.ts';

const METADATA = { version: 'value' } as const;
const NODES = [{ name: 'value', consumptionMultiplier: 'value', isConnected: 'value', isDisabled: 'value' }] as const;

/** Reads the panel once; tells its version where it does, and which nodes multiply. */
export async function testPanel(
  options: RemnawaveOptions,
  { clock }: IntegrationTools,
  signal: AbortSignal,
): Promise<NodeTest> {
  const client = new RemnawaveClient(options);
  const collector = new RemnawaveCollector(client, new URL(options.url));
  return await testCollector(collector, clock, signal, () => readFacts(client, signal));
}

/** A token may be allowed to read users alone: then there is nothing more to tell. */
async function readFacts(client: RemnawaveClient, signal: AbortSignal): Promise<SourceFacts> {
  const metadata = await whatIsAllowed(client.find('api/system/metadata', METADATA, signal));
  const nodes = await whatIsAllowed(client.find('api/nodes', NODES, signal));
  const version = (metadata?.response as { version?: unknown } | undefined)?.version;
  return {
    version: typeof version === 'string' ? version.slice(0, 32) : null,
    notes: Array.isArray(nodes?.response) ? nodes.response.flatMap(notesOf) : [],
  };
}

async function whatIsAllowed<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'login-not-permitted') return null;
    throw error;
  }
}

function notesOf(node: Readonly<Record<string, unknown>>): Notice[] {
  const { consumptionMultiplier: factor, isConnected, isDisabled } = node;
  const name = String(node.name).slice(0, 64);
  const notes: Notice[] = [];
  if (Number(factor ?? 1) !== 1)
    notes.push({
      code: 'weighted',
      message: `The panel multiplies what node "${name}" carries by ${String(factor)}.`,
      hint: 'Xpert counts what the panel counts, and does not multiply again.',
    });
  if (isConnected === false && isDisabled !== true)
    notes.push({
      code: 'panel-node-away',
      message: `The panel has no connection to its node "${name}".`,
      hint: 'What that node carries meanwhile comes late, or never.',
    });
  return notes;
}
