import type { Integration } from '../../core/metering/integration.ts';
import { MarzbanClient } from './client.ts';
import { MarzbanCollector } from './collector.ts';
import { MarzbanConfigSource } from './config-source.ts';
import { MARZBAN_ABILITIES, MarzbanEnforcer } from './enforcer.ts';
import { MarzbanGateway } from './gateway/gateway.ts';
import { parseMarzbanOptions } from './options.ts';
import { testPanel } from './panel-test.ts';

/** A Marzban panel: one node with one VPN service, whose peers are the panel's users. */
export const marzban: Integration = {
  kind: 'marzban',
  isReadFromAnywhere: true,
  secretOptions: ['password'],
  addressOptions: ['url', 'certSha256'],
  parseOptions: parseMarzbanOptions,
  firstContact: async (options) => options,
  endpoint: ({ url }) => new URL(String(url)).hostname,
  createCollector: (options) => {
    const parsed = parseMarzbanOptions(options);
    return new MarzbanCollector(new MarzbanClient(parsed), new URL(parsed.url));
  },
  test: (options, tools, signal) => testPanel(parseMarzbanOptions(options), tools, signal),
  setup: async () => null,
  createConfigSource: (options) => new MarzbanConfigSource(new MarzbanClient(parseMarzbanOptions(options))),
  access: {
    abilities: () => MARZBAN_ABILITIES,
    createEnforcer: (options) => new MarzbanEnforcer(new MarzbanClient(parseMarzbanOptions(options))),
  },
  gateway: {
    isWanted: ({ gateway }) => gateway !== undefined,
    create: (options, tools) => new MarzbanGateway(parseMarzbanOptions(options), tools),
  },
};
