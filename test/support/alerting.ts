import type { Alerting } from '../../src/app/alerting/alerting.ts';
import { composeAlerting } from '../../src/app/alerting/compose-alerting.ts';
import type { Changes } from '../../src/app/changes.ts';
import type { ServiceOperations } from '../../src/core/health/service-operations.ts';
import type { SecretBox } from '../../src/core/identity/secret-box.ts';
import type { NodeOperations } from '../../src/core/inventory/node-operations.ts';
import type { DoctorCheck } from '../../src/core/settings/operations.ts';
import type { ManualClock } from '../../src/core/units/testing.ts';
import type { SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';

interface Surroundings {
  readonly store: SqliteStore;
  readonly clock: ManualClock;
  readonly changes: Changes;
  readonly nodes: Pick<NodeOperations, 'views' | 'notices'>;
  readonly services: Pick<ServiceOperations, 'standings'>;
  readonly findings?: () => Promise<readonly DoctorCheck[]>;
}

/** Turns every byte: what is sealed is not what was given. */
const turned = (bytes: Uint8Array) => Buffer.from(bytes.map((byte) => byte ^ 0xff));
const box: SecretBox = { seal: turned, open: turned, digest: (text) => text };

/** The real alerting over a ledger; it looks and delivers when the test says so. */
export function testAlerting({ findings = async () => [], ...surroundings }: Surroundings): Alerting {
  return composeAlerting({
    ...surroundings,
    findings,
    config: { publicUrl: 'https://panel.example' },
    log: { info() {}, warn() {}, error() {} },
    timers: { after: () => () => {} },
    secretBox: box,
  });
}
