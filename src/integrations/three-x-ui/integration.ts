import type { Integration } from '../../core/metering/integration.ts';
import { ThreeXuiCollector } from './collector.ts';
import { ThreeXuiConfigSource } from './config-source.ts';
import { THREE_X_UI_ABILITIES, ThreeXuiEnforcer } from './enforcer.ts';
import { parseThreeXuiOptions } from './options.ts';
import { testPanel } from './panel-test.ts';
import { ThreeXuiSession } from './session.ts';

/** A 3x-ui panel: one node with one VPN service, whose peers are the panel's clients. */
export const threeXui: Integration = {
  kind: '3x-ui',
  isReadFromAnywhere: true,
  secretOptions: ['token', 'password'],
  addressOptions: ['url', 'certSha256'],
  parseOptions: parseThreeXuiOptions,
  firstContact: async (options) => options,
  endpoint: ({ url }) => new URL(String(url)).hostname,
  createCollector: (options) => {
    const parsed = parseThreeXuiOptions(options);
    return new ThreeXuiCollector(new ThreeXuiSession(parsed), new URL(parsed.url));
  },
  test: (options, tools, signal) => testPanel(parseThreeXuiOptions(options), tools, signal),
  setup: async () => null,
  createConfigSource: (options) => new ThreeXuiConfigSource(new ThreeXuiSession(parseThreeXuiOptions(options))),
  access: {
    abilities: () => THREE_X_UI_ABILITIES,
    createEnforcer: (options) => new ThreeXuiEnforcer(new ThreeXuiSession(parseThreeXuiOptions(options))),
  },
};
