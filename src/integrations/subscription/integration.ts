import type { Notice } from '../../core/inventory/node-operations.ts';
import type { Integration } from '../../core/metering/integration.ts';
import { testCollector } from '../../core/metering/source-test.ts';
import { HttpClient } from '../../lib/http-client/http-client.ts';
import { type Account, SubscriptionCollector } from './collector.ts';
import { SubscriptionConfigSource } from './config-source.ts';
import { parseSubscriptionOptions } from './options.ts';

/** An account at somebody else's servers, by its subscription link: one peer, with what the provider says it used. */
export const subscription: Integration = {
  kind: 'subscription',
  isForeign: true,
  secretOptions: ['link'],
  parseOptions: parseSubscriptionOptions,
  firstContact: async (options) => options,
  endpoint: ({ host }) => String(host ?? ''),
  createCollector: (options) => collectorFor(options),
  async test(options, { clock }, signal) {
    const collector = collectorFor(options);
    return await testCollector(collector, clock, signal, async () => {
      return { version: null, notes: [quotaOf(await collector.read(signal))] };
    });
  },
  setup: async () => null,
  createConfigSource: (options) => foreignConfigSource(parseSubscriptionOptions(options).link),
};

/** Of a link that somebody else named. */
function foreignConfigSource(link: string): SubscriptionConfigSource {
  return new SubscriptionConfigSource(link, new HttpClient({ policy: { kind: 'foreign' } }));
}

function collectorFor(options: Readonly<Record<string, unknown>>): SubscriptionCollector {
  const http = new HttpClient({ policy: { kind: 'foreign' } });
  return new SubscriptionCollector(parseSubscriptionOptions(options), http);
}

function quotaOf({ userinfo: { total, expiresAt } }: Account): Notice {
  const quota = total === null ? 'has no quota' : `has a quota of ${total} bytes`;
  const end = expiresAt === null ? 'does not expire' : `expires at ${expiresAt.toISOString()}`;
  return { code: 'account-quota', message: `The account ${quota} and ${end}.`, hint: null };
}
