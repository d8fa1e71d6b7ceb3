import type { Integration } from '../../core/metering/integration.ts';
import { testCollector } from '../../core/metering/source-test.ts';
import { SsmCollector } from './collector.ts';
import { parseSsmOptions } from './options.ts';

/** Users of a Shadowsocks inbound of sing-box, by its ssm-api service: no list of names in the configuration is needed. */
export const singBoxSsm: Integration = {
  kind: 'sing-box-ssm',
  isReadFromAnywhere: true,
  isOneHost: true,
  answersTcp: true,
  addressOptions: ['url', 'certSha256'],
  parseOptions: parseSsmOptions,
  firstContact: async (options) => options,
  endpoint: ({ url }) => new URL(String(url)).hostname,
  createCollector: (options) => new SsmCollector(parseSsmOptions(options)),
  async test(options, { clock }, signal) {
    const collector = new SsmCollector(parseSsmOptions(options));
    return await testCollector(collector, clock, signal, async () => {
      return { version: await collector.version(signal), notes: [] };
    });
  },
  setup: async () => null,
};
