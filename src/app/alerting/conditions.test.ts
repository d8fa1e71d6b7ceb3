import { expect, test } from 'vitest';
import type { ServiceOperations } from '../../core/health/service-operations.ts';
import type { NodeNotice, NodeView } from '../../core/inventory/node-operations.ts';
import type { BudgetStore } from '../../core/ledger/provider-budget.ts';
import type { UsageHistory } from '../../core/ledger/usage-history.ts';
import type { NoteworthyUser } from '../../core/quota/quota-store.ts';
import { Calendar } from '../../core/units/calendar.ts';
import type { NodeId, UserId } from '../../core/units/ids.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { systemNoticesOf } from '../node-notices.ts';
import { Conditions } from './conditions.ts';

const skewed: NodeNotice = { code: 'clock-skew', message: 'The clock of the node is 20 s ahead of ours.', hint: null };
const noAwg: NodeNotice = { code: 'awg-missing', message: 'There is no awg.', hint: null };
const silent = { code: 'ssh-timeout', message: 'ssh does not answer.', hint: null };

const view = (fields: Partial<NodeView>): NodeView =>
  ({
    ...{ node: { id: 'n1' as NodeId, name: 'fin-2' }, state: 'up', reason: null, notices: [], failures: 0 },
    ...{ clockSkewMs: 0, openGap: null, lastCompleteAt: null, polls: { complete: 9, incomplete: 0, failed: 0 } },
    ...fields,
  }) as NodeView;

/** What is wrong with one node and some users. */
function found(node: NodeView, users: readonly NoteworthyUser[] = [], zone = 'UTC') {
  const unclaimed = { traffic: { rx: 0n, tx: 0n, total: 0n }, tokens: 0, peers: 0 };
  const conditions = new Conditions({
    nodes: { views: async () => [node], notices: async () => systemNoticesOf(node) },
    services: { standings: async () => [] } as unknown as ServiceOperations,
    history: {
      unclaimedSums: async () => unclaimed,
      quarantine: async () => ({ items: [] }),
    } as unknown as UsageHistory,
    quotas: { noteworthy: async () => [...users] },
    findings: async () => [],
    budgets: { budgets: async () => [] } as unknown as BudgetStore,
    calendar: () => Calendar.of(zone),
    clock: new ManualClock(),
    onFailure: (error) => expect.unreachable(String(error)),
  });
  return conditions.find([]);
}

test('what is found on a node is one alert of its own kind, whether the node is read or not', async () => {
  const degraded = await found(view({ state: 'degraded', reason: skewed, notices: [skewed, noAwg] }));
  expect(degraded.conditions.map(({ key, topic }) => [key, topic])).toEqual([
    ['clock-skew:n1:', 'clock-skew'],
    ['awg-missing:n1:', 'node-degraded'],
  ]);
  const down = await found(view({ state: 'down', reason: silent, notices: [skewed], failures: 5 }));
  expect(down.conditions.map(({ key, topic }) => [key, topic])).toEqual([
    ['node:n1', 'node-down'],
    ['clock-skew:n1:', 'clock-skew'],
  ]);
});

test('what readings showed is not over because the node is not read', async () => {
  const keys = ['node:n1', 'awg-missing:n1:', 'clock-skew:n1:', 'access-fuse-blown:n1', 'budget:n1', 'awg-missing:n2:'];
  const unknown = async (node: NodeView) => keys.filter((await found(node)).isUnknown);
  expect(await unknown(view({}))).toEqual([]);
  const ofReadings = ['node:n1', 'awg-missing:n1:', 'clock-skew:n1:'];
  expect(await unknown(view({ state: 'unknown' }))).toEqual(ofReadings);
  expect(await unknown(view({ state: 'down', reason: silent, failures: 5 }))).toEqual(ofReadings);
  // After a start it takes some readings until a clock is judged.
  const started = view({ clockSkewMs: null, polls: { complete: 2, incomplete: 0, failed: 0 } });
  expect(await unknown(started)).toEqual(['clock-skew:n1:']);
  const withoutClock = view({ clockSkewMs: null });
  expect(await unknown(withoutClock)).toEqual([]);
});

test('the end of a user is told by the day of the panel, not by that of UTC', async () => {
  // Midnight in Tehran, at the end of 30 November.
  const at = new Date('2026-11-30T20:30:00Z');
  const user = { userId: 'u1' as UserId, name: 'ann', what: 'expiring', percent: null, at } as const;
  const { conditions } = await found(view({}), [user], 'Asia/Tehran');
  expect(conditions.map(({ message }) => message)).toEqual(['Access ends on 2026-12-01.']);
});
