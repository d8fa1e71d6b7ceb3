import { describe, expect, test } from 'vitest';
import { parseDeclaredOptions } from './options.ts';

const MEANING = { kind: 'cumulative', falls: 'to-zero', absence: 'silent' };
const JSON_SOURCE = {
  transport: 'http',
  url: 'https://vpn.example.com/stats',
  format: 'json',
  total: '/bytes',
  ...MEANING,
};
const METRICS = {
  transport: 'file',
  path: '/run/a.prom',
  format: 'prometheus',
  rx: 'b{d="up"}',
  tx: 'b{d="down"}',
  ...MEANING,
};

describe('a declaration', () => {
  test.each([
    JSON_SOURCE,
    METRICS,
    { ...JSON_SOURCE, list: '/data', key: '/id', authorization: 'Bearer x', privateAddresses: true, unitBytes: 1024 },
    { ...METRICS, keyLabel: 'user', start: 'process_start_time_seconds', atomic: true },
    {
      ...MEANING,
      transport: 'command',
      command: 'my-counter',
      format: 'json',
      rx: '/up',
      tx: '/down',
      uptime: '/uptime',
    },
    { ...JSON_SOURCE, kind: 'session', connection: '/session' },
  ])('%j is understood', (options) => expect(parseDeclaredOptions(options)).toEqual(options));

  test.each([
    [{ ...JSON_SOURCE, kind: 'gauge' }, '/options/kind'],
    [{ ...JSON_SOURCE, falls: undefined }, '/options/falls'],
    [{ ...JSON_SOURCE, absence: 'maybe' }, '/options/absence'],
    [{ ...JSON_SOURCE, path: '/etc/passwd' }, '/options/path'],
    [{ ...JSON_SOURCE, url: 'file:///etc/passwd' }, '/options/url'],
    [{ ...JSON_SOURCE, url: 'https://me:secret@vpn.example.com/' }, '/options/url'],
    [{ ...JSON_SOURCE, authorization: 'a\r\nx-admin: 1' }, '/options/authorization'],
    [{ ...JSON_SOURCE, total: 'bytes' }, '/options/total'],
    [{ ...JSON_SOURCE, rx: '/up', tx: '/down' }, '/options/total'],
    [{ ...JSON_SOURCE, total: undefined, rx: '/up' }, '/options/tx'],
    [{ ...JSON_SOURCE, keyLabel: 'user' }, '/options/keyLabel'],
    [{ ...JSON_SOURCE, kind: 'session' }, '/options/connection'],
    [{ ...JSON_SOURCE, start: '/a', uptime: '/b' }, '/options/uptime'],
    [{ ...JSON_SOURCE, colour: 'red' }, '/options/colour'],
    [{ ...METRICS, rx: 'b{d=up}' }, '/options/rx'],
    [{ ...METRICS, rx: 'b 5\nc' }, '/options/rx'],
    [{ ...METRICS, list: '/a' }, '/options/list'],
    [{ ...METRICS, path: 'a.prom' }, '/options/path'],
    [{ ...MEANING, transport: 'command', command: '../../bin/sh', format: 'json', total: '/a' }, '/options/command'],
    [{ ...MEANING, transport: 'command', format: 'json', total: '/a' }, '/options/command'],
  ])('%j is refused at %s', (options, pointer) => {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    expect(() => parseDeclaredOptions(given)).toThrow(expect.objectContaining({ details: { pointer } }));
  });
});
