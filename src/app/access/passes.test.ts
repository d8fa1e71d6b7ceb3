import { afterEach, expect, test, vi } from 'vitest';
import { leftOnSignal } from '../../../test/support/left-on-signal.ts';
import type { EnforcerAbilities } from '../../core/access/enforcer.ts';
import type { Node } from '../../core/inventory/node.ts';
import type { Poll } from '../../core/metering/collector.ts';
import { AccessPasses } from './passes.ts';

afterEach(() => vi.unstubAllGlobals());

/** Signals of all controllers that are made from now on. */
function watchControllers(): AbortSignal[] {
  const signals: AbortSignal[] = [];
  class Watched extends AbortController {
    constructor() {
      super();
      signals.push(this.signal);
    }
  }
  vi.stubGlobal('AbortController', Watched);
  return signals;
}

test('what was done leaves nothing on what lives as long as the process', async () => {
  const signals = watchControllers();
  let passed = 0;
  const limits = async () => {
    passed++;
    throw new Error('they cannot be read');
  };
  const passes = new AccessPasses({
    store: { targets: async () => [] },
    abilitiesOf: () => ({ code: 'access-fake' }),
    ...{ createEnforcer: () => ({ look: async () => [], close: async () => {} }), limits },
    now: () => new Date(0),
    log: { error: () => {}, warn: () => {}, info: () => {} },
    changes: { tell: () => {} },
  } as unknown as ConstructorParameters<typeof AccessPasses>[0]);
  const [stop] = signals;
  const node = { id: 'n', name: 'n', source: { kind: 'fake', options: {} } } as unknown as Node;
  const poll: Poll = { complete: true, notices: [], services: [] };
  for (let turn = 0; turn < 5; turn++) {
    await passes.preview(node, {} as EnforcerAbilities);
    passes.clearTrouble(node.id);
    await passes.run(node, poll, { before: async () => {}, wanted: async () => 'enforce', after: async () => {} });
  }
  expect(passed).toBe(5);
  expect(leftOnSignal(stop as AbortSignal)).toBe(0);
});
