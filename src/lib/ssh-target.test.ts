import { describe, expect, test } from 'vitest';
import { formatSshTarget, parseSshTarget } from './ssh-target.ts';

describe('an ssh target', () => {
  test.each([
    ['vpn1', null, 'vpn1', null],
    ['root@vpn1.example.com', 'root', 'vpn1.example.com', null],
    ['root@vpn1.example.com:2222', 'root', 'vpn1.example.com', 2222],
    ['xpert@203.0.113.7:22', 'xpert', '203.0.113.7', 22],
    ['root@2001:db8::1', 'root', '2001:db8::1', null],
    ['root@[2001:db8::1]:2222', 'root', '2001:db8::1', 2222],
    ['root@[fe80::1%eth0]:22', 'root', 'fe80::1%eth0', 22],
  ])('%s', (text, user, host, port) => {
    const target = parseSshTarget(text);
    expect(target).toEqual({ user, host, port });
    if (target !== null) expect(parseSshTarget(formatSshTarget(target))).toEqual(target);
  });

  test.each([
    '',
    '-oProxyCommand=id',
    'root@-oProxyCommand=id',
    '-l@host',
    'root@',
    '@host',
    'a b@host',
    'root@ho st',
    'root@host:',
    'root@host:0',
    'root@host:65536',
    'root@host:22x',
    'root@host;id',
    'root@$(id)',
    'root@%h',
    'root@[::1',
    'root@[host]:22',
    'root@2001:db8::zz',
    'root@host\n',
    `root@${'a'.repeat(300)}`,
  ])('refuses %j', (text) => {
    expect(parseSshTarget(text)).toBeNull();
  });
});
