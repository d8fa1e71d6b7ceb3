import type { Integration } from '../../core/metering/integration.ts';
import { testCollector } from '../../core/metering/source-test.ts';
import { MtprotoCollector } from './collector.ts';
import { parseMtprotoOptions } from './options.ts';

/** MTProto proxies for Telegram: telemt, mtprotoproxy, mtg, and the official one. */
export const mtproto: Integration = {
  kind: 'mtproto',
  answersTcp: true,
  addressOptions: ['url', 'certSha256'],
  parseOptions: parseMtprotoOptions,
  firstContact: async (options) => parseMtprotoOptions(options),
  endpoint: ({ url }) => new URL(String(url)).hostname,
  createCollector: (options, tools) => new MtprotoCollector(parseMtprotoOptions(options), tools.clock),
  test: (options, tools, signal) =>
    testCollector(new MtprotoCollector(parseMtprotoOptions(options), tools.clock), tools.clock, signal),
  setup: async () => null,
};
