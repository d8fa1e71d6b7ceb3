import type { NodeTest, Notice } from '../../core/inventory/node-operations.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { testCollector } from '../../core/metering/source-test.ts';
import { OutlineClient } from './client.ts';
import { OutlineCollector } from './collector.ts';
import { accessOf, type OutlineOptions } from './options.ts';

/** Reads the server once; tells its version and the rolling figure that is never counted. */
export async function testServer(
  options: OutlineOptions,
  { clock }: IntegrationTools,
  signal: AbortSignal,
): Promise<NodeTest> {
  const client = new OutlineClient(options, clock);
  const collector = new OutlineCollector(client, accessOf(options).apiUrl);
  return await testCollector(collector, clock, signal, async () => {
    const version = await client.version(signal);
    return { version, notes: [thirtyDays(await client.lastThirtyDays(signal))] };
  });
}

function thirtyDays(bytes: ReadonlyMap<string, bigint>): Notice {
  const total = [...bytes.values()].reduce((sum, one) => sum + one, 0n);
  return {
    code: 'last-thirty-days',
    message: `In the last 30 days ${bytes.size} keys transferred ${total} bytes, as the server itself estimates.`,
    hint: 'Shown only: that figure moves with the days and is never counted.',
  };
}
