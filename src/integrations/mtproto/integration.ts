import type { Integration } from '../../core/metering/integration.ts';
import { testCollector } from '../../core/metering/source-test.ts';
import { MtprotoCollector } from './collector.ts';
import { abilitiesOf, TelemtEnforcer } from './enforcer.ts';
import { type MtprotoOptions, parseMtprotoOptions } from './options.ts';
import { TelemtControl } from './telemt-control.ts';

/** MTProto proxies for Telegram: telemt, mtprotoproxy, mtg, and the official one. */
export const mtproto: Integration = {
  kind: 'mtproto',
  isReadFromAnywhere: true,
  isOneHost: true,
  answersTcp: true,
  secretOptions: ['token'],
  addressOptions: ['url', 'controlUrl', 'certSha256'],
  parseOptions: parseMtprotoOptions,
  firstContact: async (options) => parseMtprotoOptions(options),
  endpoint: ({ url, controlUrl }) => new URL(String(url ?? controlUrl)).hostname,
  createCollector: (options, tools) => new MtprotoCollector(parseMtprotoOptions(options), tools.clock),
  test: (options, tools, signal) =>
    testCollector(new MtprotoCollector(parseMtprotoOptions(options), tools.clock), tools.clock, signal),
  setup: async () => null,
  access: {
    abilities: (options) => abilitiesOf(options as MtprotoOptions),
    createEnforcer: (options) => new TelemtEnforcer(new TelemtControl(parseMtprotoOptions(options))),
  },
};
