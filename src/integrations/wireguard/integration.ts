import type { Integration } from '../../core/metering/integration.ts';
import { pinHostKey, sshTargetOf } from '../../lib/ssh-fields.ts';
import { createAccessTransport, createTransport, WireguardCollector } from './collector.ts';
import { WIREGUARD_ABILITIES, WireguardEnforcer } from './enforcer.ts';
import { testNode } from './node-test.ts';
import { parseWireguardOptions } from './options.ts';
import { describeSetup } from './setup.ts';

/** WireGuard and AmneziaWG nodes: both are read in one go, each interface is a VPN service of its own. */
export const wireguard: Integration = {
  kind: 'wireguard',
  isReadFromAnywhere: true,
  parseOptions: parseWireguardOptions,
  firstContact: (options, tools, signal) => pinHostKey(parseWireguardOptions(options), tools.runDirectory, signal),
  endpoint: (options) => {
    const parsed = parseWireguardOptions(options);
    return parsed.transport === 'ssh' ? sshTargetOf(parsed).host : 'localhost';
  },
  createCollector: (options, tools) => new WireguardCollector(createTransport(parseWireguardOptions(options), tools)),
  test: (options, tools, signal) => testNode(parseWireguardOptions(options), tools, signal),
  setup: (options, access) => describeSetup(parseWireguardOptions(options), access),
  access: {
    abilities: (options) => (parseWireguardOptions(options).transport === 'file' ? FILE_CANNOT : WIREGUARD_ABILITIES),
    createEnforcer: (options, tools) =>
      new WireguardEnforcer(createAccessTransport(parseWireguardOptions(options), tools)),
  },
};

const FILE_CANNOT = {
  cannot: {
    code: 'cannot-enforce',
    message: 'A file that the node writes tells its counters; nothing can be changed through it.',
    hint: 'Read the node over ssh instead: xpert node change NAME --ssh root@HOST --identity FILE',
  },
};
