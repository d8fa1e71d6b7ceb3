import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ledgerFile, ledgerPlace, readConfig } from './config.ts';
import { InvalidConfig } from './invalid-config.ts';

const empty = mkdtempSync(join(tmpdir(), 'xpert-config-'));

test.each([
  ['postgres://u:secret@db.example.com:5433/d?sslmode=verify-full', 'postgres://u@db.example.com:5433/d'],
  ['postgresql:///d?host=/run/postgresql&user=u&password=secret', 'postgres://u@/run/postgresql/d'],
  ['postgres://u:secret@/d?host=/run/postgresql', 'postgres://u@/run/postgresql/d'],
  ['postgres://u:secret@one:5433,two/d?target_session_attrs=read-write', 'postgres://u@one:5433,two/d'],
])('the place of a ledger is shown without the password: %s', (databaseUrl, shown) => {
  expect(ledgerPlace({ databasePath: '/data/x.db', databaseUrl })).toBe(shown);
  expect(ledgerFile({ databasePath: '/data/x.db', databaseUrl })).toBeNull();
});

test('the address for other processes is one of a server, without anything behind it', () => {
  const read = (url: string) => readConfig({ XPERT_PROCESS_URL: url }, '/nowhere').processUrl;
  expect(read('http://10.0.0.5:5001/')).toBe('http://10.0.0.5:5001');
  for (const wrong of ['10.0.0.5:5001', 'ftp://a', 'http://a/b', 'http://a?b', 'http://u:p@a']) {
    expect(() => read(wrong), wrong).toThrow(/XPERT_PROCESS_URL is ".+"; it must be like http/);
  }
  for (const secret of ['http://u:hidden@a', 'u:hidden@a']) expect(() => read(secret)).toThrow(/^((?!hidden).)*$/);
});

describe('readConfig', () => {
  test('without variables everything has its default', () => {
    expect(readConfig({}, empty)).toEqual({
      host: '127.0.0.1',
      port: 5001,
      dataDir: join(empty, 'data'),
      databasePath: join(empty, 'data/traffic_stats.db'),
      databaseUrl: null,
      clickhouseUrl: null,
      clickhouseCluster: null,
      trackingEnabled: null,
      retentionDays: null,
      publicUrl: null,
      timeZone: null,
      trustedProxies: [],
      processUrl: null,
      legacyLinks: false,
      firstAdmin: null,
      webhookAuth: 'open',
      publicSummary: false,
      fromEnvironment: [],
      unknownVariables: [],
    });
  });

  test('the environment wins over .env, and an empty variable hides nothing', () => {
    const cwd = mkdtempSync(join(tmpdir(), 'xpert-config-'));
    writeFileSync(join(cwd, '.env'), 'XPERT_PORT=6001\nXPERT_HOST="0.0.0.0"\n# XPERT_DOMAIN=x\n');
    expect(readConfig({ XPERT_PORT: '7001', XPERT_HOST: '' }, cwd)).toMatchObject({ port: 7001, host: '0.0.0.0' });
  });

  test('a name that nothing reads is told, whatever it holds', () => {
    const set = {
      XPERT_PORT: '7001',
      XPERT_TRAFIC_DB_PATH: 'x.db',
      XPERT_AGENT_DIR: '/x',
      XPERT_ADMIN_PASSWORD: '',
      PORT: '1',
    };
    expect(readConfig(set, empty).unknownVariables).toEqual(['XPERT_TRAFIC_DB_PATH']);
  });

  test.each(['True', 'true', '1', 'yes'])('tracking is on with %s', (word) => {
    expect(readConfig({ XPERT_TRAFFIC_TRACKING_ENABLED: word }, empty).trackingEnabled).toBe(true);
  });

  test('a relative database path is relative to the working directory, not to the data folder', () => {
    const config = readConfig({ XPERT_TRAFFIC_DB_PATH: 'other/x.db', XPERT_DATA_DIR: '/srv/xpert' }, empty);
    expect(config.databasePath).toBe(join(empty, 'other/x.db'));
  });

  test('a bare host as domain means https, and loopback becomes a trusted proxy', () => {
    expect(readConfig({ XPERT_DOMAIN: 'vpn.example.org' }, empty)).toMatchObject({
      publicUrl: 'https://vpn.example.org',
      trustedProxies: ['loopback'],
    });
    expect(readConfig({ XPERT_DOMAIN: 'http://10.0.0.1:81/x/' }, empty).publicUrl).toBe('http://10.0.0.1:81/x');
  });

  test('a time zone gets its proper spelling', () => {
    expect(readConfig({ XPERT_TIME_ZONE: 'europe/berlin' }, empty).timeZone).toBe('Europe/Berlin');
  });

  test.each([
    ['XPERT_PORT', '70000'],
    ['XPERT_PORT', '0x50'],
    ['XPERT_TRAFFIC_TRACKING_ENABLED', 'maybe'],
    ['XPERT_TRAFFIC_RETENTION_DAYS', '-1'],
    ['XPERT_TIME_ZONE', 'Mars/Olympus'],
    ['XPERT_DOMAIN', 'ftp://example.org'],
    ['XPERT_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['XPERT_WEBHOOK_AUTH', 'maybe'],
    ['XPERT_PUBLIC_SUMMARY', 'perhaps'],
    ['XPERT_LEGACY_LINKS', '2'],
  ])('%s=%s is refused, naming the variable, what it got and what it wants', (name, got) => {
    const read = () => readConfig({ [name]: got }, empty);
    expect(read).toThrow(InvalidConfig);
    expect(read).toThrow(`${name} is "${got}"; it must be `);
  });

  test('an admin name without a password is refused', () => {
    const read = () => readConfig({ XPERT_ADMIN_USERNAME: 'ann' }, empty);
    expect(read).toThrow(/^XPERT_ADMIN_PASSWORD is not set; /);
    // No command has an option for it.
    expect(read).toThrow(expect.objectContaining({ hint: 'Set XPERT_ADMIN_PASSWORD in the environment or in .env.' }));
  });

  test.each([
    ['XPERT_DATABASE_URL', 'mysql://u:secret@h/d'],
    ['XPERT_DATABASE_URL', 'postgres://u:secret@h'],
    ['XPERT_DATABASE_URL', 'u:secret@h/d'],
    ['XPERT_DATABASE_URL', 'postgres://u:secret@one,,two/d'],
    ['XPERT_DATABASE_URL', 'postgres://u:secret@one,two/d?target_session_attrs=standby'],
    ['XPERT_CLICKHOUSE_URL', 'http://u:secret@h/d'],
  ])('an address in %s that cannot be used is refused without showing its password', (name, url) => {
    const read = () => readConfig({ [name]: url }, empty);
    expect(read).toThrow(name);
    expect(read).not.toThrow(/secret/);
  });

  test.each([
    'tcp://u:secret@h/d',
    'http://u:secret@h',
    'http://u:secret@h/d/e',
    'http://u:secret@h/d?x=1',
    'http://u:secret%@h/d',
    'u:secret@h/d',
  ])('beside PostgreSQL, %s is no address of ClickHouse', (url) => {
    const read = () => readConfig({ XPERT_DATABASE_URL: 'postgres://h/d', XPERT_CLICKHOUSE_URL: url }, empty);
    expect(read).toThrow(/^XPERT_CLICKHOUSE_URL is "…"; it must be like http:/);
    expect(read).not.toThrow(/secret/);
  });

  test('ClickHouse mirrors a ledger that is in PostgreSQL, and no other', () => {
    const XPERT_CLICKHOUSE_URL = 'https://u:secret@h:8443/history';
    const { clickhouseUrl } = readConfig({ XPERT_DATABASE_URL: 'postgres://h/d', XPERT_CLICKHOUSE_URL }, empty);
    expect(clickhouseUrl).toBe(XPERT_CLICKHOUSE_URL);
    expect(() => readConfig({ XPERT_CLICKHOUSE_URL }, empty)).toThrow(/XPERT_DATABASE_URL is not set/);
  });

  test('several servers of ClickHouse are of one cluster', () => {
    const several = 'http://u:secret@one:8123,two:8124/history';
    const given = { XPERT_DATABASE_URL: 'postgres://h/d', XPERT_CLICKHOUSE_URL: several };
    const { clickhouseUrl, clickhouseCluster } = readConfig({ ...given, XPERT_CLICKHOUSE_CLUSTER: 'history' }, empty);
    expect([clickhouseUrl, clickhouseCluster]).toEqual([several, 'history']);
    expect(() => readConfig(given, empty)).toThrow(/of one server where XPERT_CLICKHOUSE_CLUSTER is not set/);
    expect(() => readConfig(given, empty)).not.toThrow(/secret/);
    expect(() => readConfig({ XPERT_CLICKHOUSE_CLUSTER: 'history' }, empty)).toThrow(/XPERT_CLICKHOUSE_URL is not set/);
    expect(() => readConfig({ ...given, XPERT_CLICKHOUSE_CLUSTER: "a' OR 1" }, empty)).toThrow(/letters, digits and _/);
  });
});
