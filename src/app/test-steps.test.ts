import { expect, test } from 'vitest';
import type { ProbeResult, Prober } from '../core/health/prober.ts';
import type { NodeTest } from '../core/inventory/node-operations.ts';
import { testInSteps } from './test-steps.ts';

const REFUSED = { code: 'ssh-key-refused', message: 'The key is refused.', hint: null, commands: [] };
const failed: NodeTest = { ok: false, durationMs: 140, found: null, problems: [REFUSED], setup: null, hostKey: null };
const found = { services: [], peers: 3, bytes: { kind: 'split', rx: 1n, tx: 2n }, version: null, notes: [] } as const;
const fine = { ...failed, ok: true, found, problems: [] } as unknown as NodeTest;

function asked(result: Partial<ProbeResult> = {}) {
  const targets: string[] = [];
  const prober: Prober = {
    probe: async ({ host, port, privateAddresses }) => {
      targets.push(`${host} ${port} ${privateAddresses}`);
      return { outcome: 'answered', latencyMs: 30.6, reason: null, ...result };
    },
  };
  return { prober, targets };
}

const resolve = async (name: string) => {
  if (name === 'gone.example.net') throw new Error('ENOTFOUND');
  return ['203.0.113.27'];
};
const walk = (options: object, prober: Prober, result: NodeTest) =>
  testInSteps(options as Record<string, unknown>, { prober, resolve }, async () => result, AbortSignal.timeout(5_000));

test('the way over ssh is name, port and reading, with what was found and what was refused', async () => {
  const { prober, targets } = asked();
  const { steps } = await walk({ transport: 'ssh', ssh: 'meter@fin-2.example.net:2222' }, prober, failed);
  expect(targets).toEqual(['fin-2.example.net 2222 true']);
  expect(steps).toEqual([
    { step: 'name', outcome: 'done', detail: '203.0.113.27', reason: null, durationMs: expect.any(Number) },
    { step: 'port', outcome: 'done', detail: 'fin-2.example.net:2222', reason: null, durationMs: 31 },
    {
      ...{ step: 'read', outcome: 'failed', detail: null, durationMs: 140 },
      reason: { code: 'ssh-key-refused', message: 'The key is refused.', hint: null },
    },
  ]);
});

test('behind a name that nobody knows no port is tried', async () => {
  const { prober, targets } = asked();
  const { steps } = await walk({ url: 'https://gone.example.net' }, prober, failed);
  expect(targets).toEqual([]);
  expect(steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
    'name failed',
    'port not-tried',
    'read failed',
  ]);
});

test('a panel on a private address is only asked where that is allowed; an address has no name to look up', async () => {
  const { prober, targets } = asked({ outcome: 'silent', latencyMs: null, reason: REFUSED });
  const { steps } = await walk({ url: 'http://[2001:db8::1]:8000/panel', privateAddress: true }, prober, failed);
  await walk({ url: 'https://panel.example.com/x' }, prober, failed);
  expect(targets).toEqual(['2001:db8::1 8000 true', 'panel.example.com 443 false']);
  expect(steps[0]).toMatchObject({ step: 'port', outcome: 'failed', detail: '[2001:db8::1]:8000', durationMs: null });
});

test('what is read although its name is only known to ssh shows no failure on the way', async () => {
  const { steps } = await walk({ ssh: 'gone.example.net' }, asked().prober, fine);
  expect(steps).toEqual([{ step: 'read', outcome: 'done', detail: '3', reason: null, durationMs: 140 }]);
});

test('a source on this machine has only the last step', async () => {
  const { steps } = await walk({ transport: 'file', path: '/var/lib/x' }, asked().prober, failed);
  expect(steps.map(({ step }) => step)).toEqual(['read']);
});
