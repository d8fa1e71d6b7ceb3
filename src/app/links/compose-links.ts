import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { NodeSource } from '../../core/inventory/node.ts';
import type { ConfigSource } from '../../core/links/config-source.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { Credentials } from '../credentials.ts';
import type { PollLog } from '../node-polling.ts';
import { integrationOf } from '../registry.ts';
import type { Store } from '../store.ts';
import { ConfigCache } from './config-cache.ts';
import { JoinedLinks } from './link-joiner.ts';

interface Surroundings {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: PollLog;
  readonly credentials: Credentials;
  readonly tools: IntegrationTools;
  readonly secretBox: SecretBox;
}

/** What users' subscriptions are made of. */
export function composeLinks({ store, clock, log, credentials, tools, secretBox }: Surroundings): JoinedLinks {
  const { links, inventory } = store;
  const open = (source: NodeSource) => openConfigs(source, tools);
  return new JoinedLinks({
    ...{ links, inventory },
    cache: new ConfigCache({
      ...{ copies: links, clock },
      onBug: (error) => log.error({ err: error }, 'reading configurations for a subscription failed'),
    }),
    tells: (kind) => integrationOf(kind).createConfigSource !== undefined,
    openNode: (source) => open(credentials.open(source)),
    openLink: (link) => open({ kind: 'subscription', options: { link } }),
    digest: (text) => secretBox.digest(text),
  });
}

function openConfigs({ kind, options }: NodeSource, tools: IntegrationTools): ConfigSource {
  const { createConfigSource, parseOptions } = integrationOf(kind);
  if (createConfigSource === undefined) throw new Error(`${kind} tells no configurations`);
  return createConfigSource(parseOptions(options), tools);
}
