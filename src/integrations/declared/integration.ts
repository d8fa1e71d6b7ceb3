import type { Integration, IntegrationTools } from '../../core/metering/integration.ts';
import { testCollector } from '../../core/metering/source-test.ts';
import { DeclaredCollector, originOf } from './collector.ts';
import { COMMAND_FOLDER } from './command-origin.ts';
import { type DeclaredOptions, parseDeclaredOptions } from './options.ts';

/** Sources that we do not know: their owner says where the numbers are and what they mean. */
export const declared: Integration = {
  kind: 'declared',
  secretOptions: ['authorization'],
  addressOptions: ['transport', 'url', 'certificateSha256'],
  parseOptions: parseDeclaredOptions,
  firstContact: async (options) => parseDeclaredOptions(options),
  endpoint: (options) => {
    const { url } = parseDeclaredOptions(options);
    return url === undefined ? 'localhost' : new URL(url).hostname;
  },
  createCollector: (options, tools) => createCollector(parseDeclaredOptions(options), tools),
  test: (options, tools, signal) =>
    testCollector(createCollector(parseDeclaredOptions(options), tools), tools.clock, signal),
  setup: async () => null,
};

function createCollector(options: DeclaredOptions, { clock }: IntegrationTools): DeclaredCollector {
  return new DeclaredCollector(options, originOf(options, clock, COMMAND_FOLDER), clock);
}
