import type { Integration } from '../../core/metering/integration.ts';
import { RemnawaveClient } from './client.ts';
import { RemnawaveCollector } from './collector.ts';
import { RemnawaveConfigSource } from './config-source.ts';
import { REMNAWAVE_ABILITIES, RemnawaveEnforcer } from './enforcer.ts';
import { parseRemnawaveOptions } from './options.ts';
import { testPanel } from './panel-test.ts';

/** A Remnawave panel: one node with one VPN service, whose peers are the panel's users. */
export const remnawave: Integration = {
  kind: 'remnawave',
  isReadFromAnywhere: true,
  secretOptions: ['token'],
  addressOptions: ['url', 'certSha256'],
  parseOptions: parseRemnawaveOptions,
  firstContact: async (options) => options,
  endpoint: ({ url }) => new URL(String(url)).hostname,
  createCollector: (options) => {
    const parsed = parseRemnawaveOptions(options);
    return new RemnawaveCollector(new RemnawaveClient(parsed), new URL(parsed.url));
  },
  test: (options, tools, signal) => testPanel(parseRemnawaveOptions(options), tools, signal),
  setup: async () => null,
  createConfigSource: (options) => new RemnawaveConfigSource(new RemnawaveClient(parseRemnawaveOptions(options))),
  access: {
    abilities: () => REMNAWAVE_ABILITIES,
    createEnforcer: (options) => new RemnawaveEnforcer(new RemnawaveClient(parseRemnawaveOptions(options))),
  },
};
