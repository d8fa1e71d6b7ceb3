import type { Integration } from '../../core/metering/integration.ts';
import { testCollector } from '../../core/metering/source-test.ts';
import { OpenvpnCollector } from './collector.ts';
import { OpenvpnEnforcer, openvpnAbilities } from './enforcer.ts';
import { addressOf, parseOpenvpnOptions } from './options.ts';

/** OpenVPN servers: their connections, by the management interface or the status file. */
export const openvpn: Integration = {
  kind: 'openvpn',
  isOneHost: true,
  addressOptions: ['management'],
  parseOptions: parseOpenvpnOptions,
  firstContact: async (options) => parseOpenvpnOptions(options),
  endpoint: (options) => {
    const parsed = parseOpenvpnOptions(options);
    if (parsed.transport === 'status-file') return 'localhost';
    const address = addressOf(parsed);
    return 'path' in address || address.isLoopback ? 'localhost' : address.host;
  },
  createCollector: (options, tools) => new OpenvpnCollector(parseOpenvpnOptions(options), tools),
  test: (options, tools, signal) =>
    testCollector(new OpenvpnCollector(parseOpenvpnOptions(options), tools), tools.clock, signal),
  setup: async () => null,
  access: {
    abilities: (options) => openvpnAbilities(parseOpenvpnOptions(options)),
    createEnforcer: (options, tools) => new OpenvpnEnforcer(parseOpenvpnOptions(options), tools),
  },
};
