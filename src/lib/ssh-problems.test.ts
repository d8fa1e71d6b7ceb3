import { describe, expect, test } from 'vitest';
import { diagnoseSsh } from './ssh-problems.ts';
import { parseSshTarget } from './ssh-target.ts';

const target = parseSshTarget('root@vpn1:2222') ?? { user: null, host: '', port: null };

/** As OpenSSH 9.2p1 prints them. */
const messages: [code: string, errorText: string, hasPinnedKey?: boolean][] = [
  ['ssh-name-not-resolved', 'ssh: Could not resolve hostname vpn1: Name or service not known'],
  ['ssh-refused', 'ssh: connect to host vpn1 port 2222: Connection refused'],
  ['ssh-timeout', 'ssh: connect to host vpn1 port 2222: Connection timed out'],
  ['ssh-timeout', 'Connection timed out during banner exchange\nConnection to 192.0.2.1 port 2222 timed out'],
  ['ssh-timeout', 'Timeout, server vpn1 not responding.'],
  ['ssh-unreachable', 'ssh: connect to host vpn1 port 2222: No route to host'],
  ['ssh-unreachable', 'ssh: connect to host vpn1 port 2222: Network is unreachable'],
  [
    'ssh-host-key-unknown',
    'No ED25519 host key is known for vpn1 and you have requested strict checking.\nHost key verification failed.',
  ],
  [
    'ssh-host-key-changed',
    'No RSA host key is known for xpert-node and you have requested strict checking.\nHost key verification failed.',
    true,
  ],
  [
    'ssh-host-key-changed',
    '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.',
  ],
  ['ssh-key-refused', 'root@vpn1: Permission denied (publickey).'],
  ['ssh-key-refused', 'Received disconnect from 192.0.2.1 port 2222:2: Too many authentication failures'],
  [
    'ssh-identity-mode',
    '@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\nroot@vpn1: Permission denied (publickey).',
  ],
  ['ssh-identity-unreadable', 'Load key "/k": invalid format\nroot@vpn1: Permission denied (publickey).'],
  [
    'ssh-identity-passphrase',
    'Load key "/k": incorrect passphrase supplied to decrypt private key\nroot@vpn1: Permission denied (publickey).',
  ],
  ['ssh-configuration', '/root/.ssh/config: line 3: Bad configuration option: hostname2'],
  ['ssh-closed', 'kex_exchange_identification: Connection closed by remote host'],
  ['ssh-closed', 'Connection reset by 192.0.2.1 port 2222'],
  ['ssh-failed', 'something that nobody has seen before'],
  ['ssh-failed', ''],
];

describe('what ssh says', () => {
  test.each(messages)('%s: %s', (code, errorText, hasPinnedKey = false) => {
    const problem = diagnoseSsh({ target, identityFile: '/k', hasPinnedKey, errorText });
    expect(problem.code).toBe(code);
    expect(problem.message.length).toBeGreaterThan(10);
    expect(problem.hint.length).toBeGreaterThan(5);
  });

  test('commands name the host, the port and the key of this node', () => {
    const errorText = 'root@vpn1: Permission denied (publickey).';
    const { commands } = diagnoseSsh({ target, identityFile: '/k', hasPinnedKey: false, errorText });
    expect(commands).toContain('ssh -v -i /k -p 2222 root@vpn1 true');
  });
});
