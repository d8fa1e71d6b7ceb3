import { describe, expect, test } from 'vitest';
import { isLocalHost } from './local-host.ts';

describe('an address means another host on another machine', () => {
  test.each([
    ...['', 'localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'localhost.localdomain', 'ip6-localhost'],
    ...['127.0.0.1', '127.0.1.1', '0.0.0.0', '::1', '[::1]', '::', '[::]', '[::ffff:7f00:1]', '[::ffff:127.0.0.1]'],
    ...['marzban', 'host.docker.internal', '172.17.0.1', '169.254.7.7', '[fe80::1%eth0]'],
  ])('%j', (host) => {
    expect(isLocalHost(host)).toBe(true);
  });

  test('a name that one machine has, unless its host shows a key that is known', () => {
    expect(isLocalHost('de-1', true)).toBe(false);
    for (const host of ['localhost', 'ip6-localhost', '127.0.0.1']) expect(isLocalHost(host, true)).toBe(true);
  });
});

describe('an address means the same host everywhere', () => {
  test.each([
    ...['panel.example.com', 'node-1.lan', '12.7.0.0.1.example.com', 'internal.example.com'],
    ...['203.0.113.7', '10.0.0.7', '172.18.0.1', '[2001:db8::1]', '[::ffff:cb00:7107]'],
  ])('%j', (host) => {
    expect(isLocalHost(host)).toBe(false);
  });
});
