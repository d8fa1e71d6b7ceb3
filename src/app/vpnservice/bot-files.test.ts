import { describe, expect, test } from 'vitest';
import { parsePeers, parseServers, parseUsers } from './bot-files.ts';

const key = (letter: string) => `${letter.repeat(42)}A=`;

test("users: the key is the Telegram id, missing fields have the bot's defaults", () => {
  const text = JSON.stringify({
    '11': { telegram_id: 11, username: 'vasya', role: 'owner', active: false },
    '12': { username: null },
    nobody: { username: 'x' },
  });
  expect(parseUsers(text, 'users.json')).toEqual({
    users: [
      { telegramId: 11, username: 'vasya', role: 'owner', active: false },
      { telegramId: 12, username: null, role: 'user', active: true },
    ],
    skipped: [{ record: 'users.json "nobody"', reason: 'no Telegram id' }],
  });
});

describe('peers', () => {
  test('all three forms of keys', () => {
    const text = JSON.stringify({
      '11': { telegram_id: 11, wg_ip: '10.0.0.2/32', public_key: key('a') },
      '11:eu1': { public_key: key('b') },
      '12:eu1:ios': { telegram_id: 12, server_id: 'rus1', public_key: key('c') },
    });
    expect(parsePeers(text, 'p').peers).toEqual([
      { telegramId: 11, serverId: 'main', publicKey: key('a'), wgIp: '10.0.0.2/32' },
      { telegramId: 11, serverId: 'eu1', publicKey: key('b'), wgIp: null },
      { telegramId: 12, serverId: 'rus1', publicKey: key('c'), wgIp: null },
    ]);
  });

  test('a record without a public key is left out and named', () => {
    const text = JSON.stringify({ '11': { wg_ip: '10.0.0.2/32' }, '12': { public_key: 'short' } });
    expect(parsePeers(text, 'peers.json')).toEqual({
      peers: [],
      skipped: [
        { record: 'peers.json "11"', reason: 'no public key' },
        { record: 'peers.json "12"', reason: '"short" is no WireGuard public key' },
      ],
    });
  });

  test('broken JSON is an error, not an empty import', () => {
    expect(() => parsePeers('{', 'peers.json')).toThrow(/peers.json is no JSON/);
  });
});

test('servers: the main one has flat names, others their id in the middle', () => {
  const text = `# comment
WG_INTERFACE=wg0
WG_SERVER_PUBLIC_KEY="${key('s')}"
export WG_EU1_SSH_HOST=203.0.113.7
WG_EU1_SSH_USER=vpn
WG_EU1_SSH_KEY_PATH='/root/.ssh/eu1'
WG_EU1_INTERFACE=wg1
BOT_TOKEN=secret
`;
  expect(parseServers(text)).toEqual([
    { id: 'main', interface: 'wg0', publicKey: key('s'), ssh: null },
    {
      id: 'eu1',
      interface: 'wg1',
      publicKey: null,
      ssh: { destination: 'vpn@203.0.113.7', identityFile: '/root/.ssh/eu1' },
    },
  ]);
});
