import type { Integration } from '../../core/metering/integration.ts';
import { testCollector } from '../../core/metering/source-test.ts';
import { ShadowsocksCollector } from './collector.ts';
import { SHADOWSOCKS_ABILITIES, ShadowsocksEnforcer } from './enforcer.ts';
import { managerOf, parseShadowsocksOptions } from './options.ts';

/** Shadowsocks servers that a manager runs: shadowsocks-libev and shadowsocks-rust. */
export const shadowsocks: Integration = {
  kind: 'shadowsocks',
  isOneHost: true,
  parseOptions: parseShadowsocksOptions,
  firstContact: async (options) => parseShadowsocksOptions(options),
  endpoint: (options) => {
    const address = managerOf(parseShadowsocksOptions(options));
    return 'path' in address || address.isLoopback ? 'localhost' : address.host;
  },
  createCollector: (options, tools) => new ShadowsocksCollector(parseShadowsocksOptions(options), tools),
  test: (options, tools, signal) =>
    testCollector(new ShadowsocksCollector(parseShadowsocksOptions(options), tools), tools.clock, signal),
  setup: async () => null,
  access: {
    abilities: () => SHADOWSOCKS_ABILITIES,
    createEnforcer: (options, tools) => new ShadowsocksEnforcer(parseShadowsocksOptions(options), tools),
  },
};
