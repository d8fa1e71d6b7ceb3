import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { readAgentConfig } from './agent-config.ts';

const token = 'xp_0123456789abcdef';
const read = (environment: Record<string, string>) => readAgentConfig(environment, tmpdir());

test('one line is enough', () => {
  expect(read({ XPERT_AGENT: `https://${token}@panel.example.com/xpert/` })).toEqual({
    panel: { url: 'https://panel.example.com/xpert', token },
    folder: `${tmpdir()}/agent`,
    kind: 'wireguard',
    options: { transport: 'local' },
    mostSpoolBytes: 512 * 1024 * 1024,
  });
});

test('another source, with its options', () => {
  const XPERT_AGENT = `http://${token}@127.0.0.1:5001`;
  expect(read({ XPERT_AGENT, XPERT_AGENT_READS: 'xray {"address":"127.0.0.1:10085"}' })).toMatchObject({
    kind: 'xray',
    options: { address: '127.0.0.1:10085' },
  });
});

test.each([
  ['nothing', {}],
  ['no token', { XPERT_AGENT: 'https://panel.example.com' }],
  ['a password too', { XPERT_AGENT: `https://${token}:x@panel.example.com` }],
  ['what is no token', { XPERT_AGENT: `https://%zz${token}@panel.example.com` }],
  ['plain HTTP beyond this machine', { XPERT_AGENT: `http://${token}@panel.example.com` }],
  ['options that are no JSON', { XPERT_AGENT: `https://${token}@p.example.com`, XPERT_AGENT_READS: 'xray {a}' }],
])('%s is wrong configuration, and the token is not in what is said', (_what, environment) => {
  let said = '';
  try {
    read(environment);
  } catch (error) {
    said = `${error} ${JSON.stringify(error)}`;
    expect(error).toMatchObject({ code: 'invalid-config' });
  }
  expect(said).not.toBe('');
  expect(said).not.toContain(token);
});
