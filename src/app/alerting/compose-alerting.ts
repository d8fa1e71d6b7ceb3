import type { ServiceOperations } from '../../core/health/service-operations.ts';
import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { NodeOperations } from '../../core/inventory/node-operations.ts';
import type { DoctorCheck } from '../../core/settings/operations.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { randomId } from '../../lib/random-id.ts';
import type { Changes } from '../changes.ts';
import type { Config } from '../config.ts';
import { Credentials } from '../credentials.ts';
import { notifierOf } from '../notifiers.ts';
import type { Store } from '../store.ts';
import type { Timers } from '../system-clock.ts';
import { Alerting } from './alerting.ts';
import { Conditions } from './conditions.ts';
import { Delivery } from './delivery.ts';

interface Surroundings {
  readonly config: Pick<Config, 'publicUrl'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly store: Pick<Store, 'alerts' | 'budgets' | 'history' | 'quotas' | 'calendar'>;
  readonly changes: Changes;
  readonly nodes: Pick<NodeOperations, 'views' | 'notices'>;
  readonly services: Pick<ServiceOperations, 'standings'>;
  readonly secretBox: SecretBox;
  /** What the doctor finds that no notice tells. */
  readonly findings: () => Promise<readonly DoctorCheck[]>;
}

/** Conditions, alerts, and how they are told. */
export function composeAlerting(surroundings: Surroundings): Alerting {
  const { config, log, clock, timers, store, changes, nodes, services, secretBox, findings } = surroundings;
  const credentials = new Credentials(notifierOf, secretBox);
  const { budgets, history, quotas } = store;
  const onFailure = (error: unknown) => log.error({ err: error }, 'looking after alerts failed');
  return new Alerting({
    onFailure,
    ...{ clock, timers, changes, credentials },
    store: store.alerts,
    conditions: new Conditions({
      ...{ nodes, services, history, quotas, budgets, findings, clock, onFailure },
      calendar: () => store.calendar(),
    }),
    delivery: new Delivery({
      store: store.alerts,
      notifierOf: (target) => {
        const { kind, options } = credentials.open(target);
        return notifierOf(kind).create(options);
      },
      clock,
      panelUrl: config.publicUrl === null ? null : `${config.publicUrl}/#/alerts/`,
      log,
    }),
    calendar: () => store.calendar(),
    newId: () => randomId(16),
  });
}
