import type { Integration } from '../../core/metering/integration.ts';
import { OutlineClient } from './client.ts';
import { OutlineCollector } from './collector.ts';
import { OutlineConfigSource } from './config-source.ts';
import { OUTLINE_ABILITIES, OutlineEnforcer } from './enforcer.ts';
import { accessOf, parseOutlineOptions } from './options.ts';
import { testServer } from './server-test.ts';

/** An Outline server: one node with one VPN service, whose peers are its access keys. */
export const outline: Integration = {
  kind: 'outline',
  isReadFromAnywhere: true,
  isOneHost: true,
  secretOptions: ['access'],
  parseOptions: parseOutlineOptions,
  firstContact: async (options) => options,
  endpoint: ({ url }) => new URL(String(url)).hostname,
  createCollector: (options, { clock }) => {
    const parsed = parseOutlineOptions(options);
    return new OutlineCollector(new OutlineClient(parsed, clock), accessOf(parsed).apiUrl);
  },
  test: (options, tools, signal) => testServer(parseOutlineOptions(options), tools, signal),
  setup: async () => null,
  createConfigSource: (options, { clock }) =>
    new OutlineConfigSource(new OutlineClient(parseOutlineOptions(options), clock)),
  access: {
    abilities: () => OUTLINE_ABILITIES,
    createEnforcer: (options, { clock }) => new OutlineEnforcer(new OutlineClient(parseOutlineOptions(options), clock)),
  },
};
