import type { CannotEnforce, EnforcerAbilities } from '../../core/access/enforcer.ts';
import type { Integration, IntegrationTools } from '../../core/metering/integration.ts';
import { pinHostKey, sshTargetOf } from '../../lib/ssh-fields.ts';
import { type Kind, XrayCollector } from './collector.ts';
import { XRAY_ABILITIES, XrayEnforcer } from './enforcer.ts';
import { HandlerClient } from './handler-client.ts';
import { learnInstance } from './instance.ts';
import { testNode } from './node-test.ts';
import { apiOf, isLoopback, parseXrayOptions, type XrayOptions } from './options.ts';
import { describeSetup } from './setup.ts';
import { StatsClient } from './stats-client.ts';

/** Xray and V2Ray, by their StatsService. */
export const xray = statsIntegration('xray', 'xray');

/** The same under the name that people with V2Ray look for. */
export const v2ray = statsIntegration('v2ray', 'xray');

/** sing-box built with `with_v2ray_api`: the same service, for the names that its configuration lists. */
export const singBox = statsIntegration('sing-box', 'sing-box');

function statsIntegration(name: string, kind: Kind): Integration {
  return {
    kind: name,
    isReadFromAnywhere: true,
    isOneHost: true,
    parseOptions: parseXrayOptions,
    firstContact: (options, tools, signal) => completeOptions(parseXrayOptions(options), tools, signal),
    endpoint: (options) => endpointOf(parseXrayOptions(options)),
    createCollector: (options, tools) => {
      const parsed = parseXrayOptions(options);
      return new XrayCollector(new StatsClient(parsed, tools.runDirectory), parsed, kind, tools.clock);
    },
    test: (options, tools, signal) => testNode(kind, parseXrayOptions(options), tools, signal),
    setup: (options) => describeSetup(parseXrayOptions(options)),
    access: {
      abilities: (options) => abilitiesOf(kind, parseXrayOptions(options)),
      createEnforcer: (options, { clock, runDirectory }) => {
        const parsed = parseXrayOptions(options);
        return new XrayEnforcer(new HandlerClient(parsed, runDirectory), parsed.config ?? null, clock);
      },
    },
  };
}

function abilitiesOf(kind: Kind, { count = 'users' }: XrayOptions): EnforcerAbilities | CannotEnforce {
  if (kind === 'sing-box') return SING_BOX_CANNOT;
  return count === 'users' ? XRAY_ABILITIES : NO_USERS;
}

const SING_BOX_CANNOT: CannotEnforce = {
  cannot: {
    code: 'cannot-enforce',
    message: 'The API of sing-box tells counters, and lets nobody be added or removed.',
    hint: 'Take the user out of its configuration by hand.',
  },
};

const NO_USERS: CannotEnforce = {
  cannot: {
    code: 'cannot-enforce',
    message: 'This node counts inbounds or outbounds, and those are nobody who could be cut.',
    hint: 'Count users instead: xpert node change NAME --count users',
  },
};

async function completeOptions(
  options: XrayOptions,
  { runDirectory }: IntegrationTools,
  signal: AbortSignal,
): Promise<XrayOptions> {
  const pinned = await pinHostKey(options, runDirectory, signal);
  if (pinned.instance !== undefined) return pinned;
  return { ...pinned, instance: await learnInstance(pinned, runDirectory, signal) };
}

function endpointOf(options: XrayOptions): string {
  if (options.transport === 'ssh') return sshTargetOf(options).host;
  const api = apiOf(options);
  return isLoopback(api) ? 'localhost' : api.host;
}
