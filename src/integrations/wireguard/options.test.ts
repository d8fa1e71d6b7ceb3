import { describe, expect, test } from 'vitest';
import { parseWireguardOptions } from './options.ts';

const key = `ssh-ed25519 ${'A'.repeat(68)}`;

describe('options of a WireGuard node', () => {
  test('are brought into one spelling', () => {
    expect(parseWireguardOptions({ transport: 'local', interface: 'wg0' })).toEqual({
      transport: 'local',
      interface: 'wg0',
    });
    const hostKey = `[vpn1]:2222 ${key} SHA256:abc`;
    expect(parseWireguardOptions({ transport: 'ssh', ssh: 'root@[2001:db8::1]', hostKey })).toEqual({
      transport: 'ssh',
      ssh: 'root@2001:db8::1',
      hostKey: key,
    });
  });

  test.each([
    [{}, '/options/transport'],
    [null, '/options'],
    [{ transport: 'telnet' }, '/options/transport'],
    [{ transport: 'ssh' }, '/options/ssh'],
    [{ transport: 'ssh', ssh: '-oProxyCommand=id' }, '/options/ssh'],
    [{ transport: 'ssh', ssh: 'root@vpn1', identityFile: '-oProxyCommand=id' }, '/options/identityFile'],
    [{ transport: 'ssh', ssh: 'root@vpn1', identityFile: '/keys/%h' }, '/options/identityFile'],
    [{ transport: 'ssh', ssh: 'root@vpn1', hostKey: 'trust me' }, '/options/hostKey'],
    [{ transport: 'ssh', ssh: 'root@vpn1', containers: ['a;id'] }, '/options/containers/0'],
    [{ transport: 'local', ssh: 'root@vpn1' }, '/options/ssh'],
    [{ transport: 'local', interface: 'wg 0' }, '/options/interface'],
    [{ transport: 'local', intrface: 'wg0' }, '/options/intrface'],
    [{ transport: 'file' }, '/options/path'],
    [{ transport: 'file', path: 'relative' }, '/options/path'],
    [{ transport: 'file', path: '/x', maxAgeSeconds: 1 }, '/options/maxAgeSeconds'],
  ])('%j is refused at %s', (options, pointer) => {
    expect(() => parseWireguardOptions(options)).toThrow(expect.objectContaining({ details: { pointer } }));
  });
});
