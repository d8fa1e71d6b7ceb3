import type { CannotEnforce, Enforcer, EnforcerAbilities } from '../../core/access/enforcer.ts';
import type { Node, NodeSource } from '../../core/inventory/node.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import type { NodeId } from '../../core/units/ids.ts';
import type { Changes } from '../changes.ts';
import type { Credentials } from '../credentials.ts';
import type { PollLog, WallTime } from '../node-polling.ts';
import { integrationOf } from '../registry.ts';
import type { Store } from '../store.ts';
import { AccessControl } from './control.ts';

interface Surroundings {
  readonly store: Store;
  readonly inventory: Store['inventory'];
  readonly wallTime: WallTime;
  readonly changes: Changes;
  readonly log: PollLog;
  readonly credentials: Credentials;
  readonly tools: IntegrationTools;
  readonly pollNow: (id: NodeId) => Promise<unknown>;
}

/** Everything between the states of users and the access of their peers. */
export function composeAccess({ store, credentials, tools, ...rest }: Surroundings): AccessControl {
  const access = new AccessControl({
    ...rest,
    ...{ store: store.access, history: store.history, settings: store.settings, audit: store.audit },
    abilitiesOf,
    createEnforcer: ({ source }) => createEnforcer(credentials.open(source), tools),
    trackingState: () => store.trackingState(),
  });
  store.userStates.onChange(() => access.usersChanged());
  return access;
}

function abilitiesOf({ source: { kind, options } }: Node): EnforcerAbilities | CannotEnforce {
  const { access, bringsReadings } = integrationOf(kind);
  return access === undefined || bringsReadings ? NOBODY_CAN : access.abilities(options);
}

const NOBODY_CAN: CannotEnforce = {
  cannot: {
    code: 'cannot-enforce',
    message: 'This kind of source lets nobody be suspended through it.',
    hint: 'See docs/enforcement.md for what each kind can do.',
  },
};

function createEnforcer({ kind, options }: NodeSource, tools: IntegrationTools): Enforcer {
  const { access, parseOptions } = integrationOf(kind);
  if (access === undefined) throw new Error(`nobody can be suspended on ${kind}`);
  return access.createEnforcer(parseOptions(options), tools);
}
