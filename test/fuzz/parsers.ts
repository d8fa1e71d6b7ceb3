import { readConfig } from '../../src/app/config.ts';
import { parsePeers, parseServers, parseUsers } from '../../src/app/vpnservice/bot-files.ts';
import type { UsageReport } from '../../src/core/ledger/report.ts';
import { canonicalServer } from '../../src/core/metering/ingest.ts';
import { parseDay } from '../../src/core/units/calendar.ts';
import { parseReports, readReportBody, requestEventId } from '../../src/http/ingest/report-body.ts';
import { isSignedWith, signedHeaders } from '../../src/http/ingest/signature.ts';
import { parseWireguardOptions } from '../../src/integrations/wireguard/options.ts';
import { OutputReader } from '../../src/integrations/wireguard/output-reader.ts';
import { parseSshTarget } from '../../src/lib/ssh-target.ts';
import type { Random } from '../simulation/random.ts';
import { keyFrom, scriptOutput } from '../support/wireguard-output.ts';
import { damage, oddText, oddValue, spoil } from './generate.ts';

const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
/** A u64, as wg prints it; what the ledger cannot hold it does not take. */
const MOST = 2n ** 64n - 1n;

/** Feeds one input to one parser. Only expected errors may come out; anything else is a finding. */
export type Target = (random: Random) => void;

function wireguardOutput(random: Random): void {
  const peers = Array.from({ length: random.int(0, 5) }, (_, n) => ({
    ...{ key: keyFrom(`peer ${n}`), rx: BigInt(random.int(0, 1_000_000)), tx: BigInt(random.int(0, 9_000_000)) },
  }));
  const own = { rx: 3_000_001n, rxPackets: 2_500n, tx: 41_000_007n, txPackets: 30_000n };
  const card = { name: 'eth0', index: 2, rx: 60_000_003n, tx: 59_000_009n };
  const text = random.chance(0.7)
    ? scriptOutput(peers, { index: 3, ticks: random.int(1, 1e6), own, card })
    : plainDump(random);
  const bytes = damage(Buffer.from(text), random);
  const reader = new OutputReader(random.chance(0.2) ? 'wg0' : undefined);
  for (let at = 0; at < bytes.length; ) {
    const end = at + random.int(1, random.chance(0.2) ? 5 : 4_000);
    reader.push(bytes.subarray(at, end));
    at = end;
  }
  for (const { traffic } of reader.finish().poll.services.flatMap((service) => [...service.peers])) {
    const values = [traffic.rx ?? 0n, traffic.tx ?? 0n];
    if (values.some((value) => value < 0n || value > MOST)) throw new Error(`a counter of ${values}`);
  }
}

function plainDump(random: Random): string {
  const [key, port] = [keyFrom('x'), random.int(1, 65_535)];
  const peer = [
    key,
    '(none)',
    `192.0.2.1:${port}`,
    '10.0.0.2/32',
    '1700000000',
    String(random.int(0, 1e9)),
    '77',
    'off',
  ];
  return `${[keyFrom('private'), key, port, 'off'].join('\t')}\n${peer.join('\t')}\n`;
}

const REPORT = {
  ...{ user_token: 'ann', server: 'vpn.example.com', port: 443, protocol: 'vless', bytes_uploaded: 10 },
  ...{ bytes_downloaded: 2_000, event_id: 'event-1', mode: 'delta', stream: 's', period_start: '2026-03-10T11:00:00Z' },
  period_end: '2026-03-10T11:30:00Z',
};

function webhookBody(random: Random): void {
  const text = bodyText(random);
  const sent = random.chance(0.4) ? damage(Buffer.from(text), random).toString('utf8') : text;
  const types = ['application/json', 'application/x-ndjson', oddText(random)];
  const type = random.chance(0.3) ? undefined : random.pick(types);
  const id = requestEventId(random.chance(0.2) ? oddText(random) : undefined, undefined);
  const rules = { nowMs: NOW_MS, backfill: random.chance(0.2) };
  const reports = parseReports(readReportBody(sent, type), id, rules);
  if (!reports.every(isBounded)) throw new Error(`accepted ${sent}`);
}

function bodyText(random: Random): string {
  const reports = Array.from({ length: random.int(0, 4) }, () => spoil(REPORT, random, 0.05));
  switch (random.weighted({ one: 4, list: 3, lines: 3, odd: 1 })) {
    case 'one':
      return JSON.stringify(reports[0] ?? oddValue(random));
    case 'list':
      return JSON.stringify(reports);
    case 'lines':
      return reports.map((report) => JSON.stringify(report)).join('\n');
    case 'odd':
      return oddText(random);
  }
}

function isBounded({ rx, tx, port, userToken, server }: UsageReport): boolean {
  const isWhole = port >= 1 && port <= 65_535 && userToken !== '' && server !== '';
  return isWhole && [rx, tx].every((bytes) => bytes >= 0n && bytes < 2n ** 53n);
}

function signature(random: Random): void {
  const maybe = () => (random.chance(0.2) ? undefined : random.chance(0.6) ? oddText(random) : `v1,${oddText(random)}`);
  const stamp = random.chance(0.5) ? String(Math.floor(NOW_MS / 1000) + random.int(-900, 900)) : maybe();
  const headers = { 'webhook-id': maybe(), 'webhook-timestamp': stamp, 'webhook-signature': maybe() };
  const signed = signedHeaders(headers, NOW_MS);
  if (signed !== null && isSignedWith(Buffer.from('secret'), signed, oddText(random)))
    throw new Error('signed by nobody');
}

const VARIABLES = [
  ...['HOST', 'PORT', 'DATA_DIR', 'TRAFFIC_DB_PATH', 'TRAFFIC_RETENTION_DAYS', 'TRAFFIC_TRACKING_ENABLED', 'DOMAIN'],
  ...['TIME_ZONE', 'TRUSTED_PROXIES', 'LEGACY_LINKS', 'ADMIN_USERNAME', 'ADMIN_PASSWORD', 'WEBHOOK_AUTH'],
  ...['PUBLIC_SUMMARY', 'DATABASE_URL', 'CLICKHOUSE_URL', 'CLICKHOUSE_CLUSTER'],
];
const SETTINGS = [
  'true',
  '0',
  '5001',
  'UTC',
  'Asia/Tehran',
  'https://x.example/xpert',
  'loopback, 10.0.0.0/8',
  'key',
  'name',
];

function config(random: Random): void {
  const environment: Record<string, string> = {};
  for (let n = random.int(1, 4); n > 0; n--) {
    environment[`XPERT_${random.pick(VARIABLES)}`] = random.chance(0.5) ? random.pick(SETTINGS) : oddText(random);
  }
  const read = readConfig(environment, '/nonexistent');
  if (!(read.port >= 0 && read.port <= 65_535)) throw new Error(`a port of ${read.port}`);
}

const BOT_PEERS = {
  'key 1': { telegram_id: 5, public_key: keyFrom('a'), server_id: 'main', wg_ip: '10.0.0.2', active: true },
};
const BOT_USERS = { '5': { username: 'ann', role: 'user', active: true } };

function botFiles(random: Random): void {
  const text = (value: unknown) => {
    const json = JSON.stringify(spoil(value, random, 0.1)) ?? '';
    return random.chance(0.2) ? damage(Buffer.from(json), random).toString('utf8') : json;
  };
  attempt(() => parseUsers(text(BOT_USERS), 'users.json'));
  attempt(() => parsePeers(text(BOT_PEERS), 'peers.json'));
  parseServers(`SERVERS=${text([{ id: 'main', host: '192.0.2.1' }])}\nSERVER_1_HOST=${oddText(random)}`);
}

function smallTexts(random: Random): void {
  parseSshTarget(random.chance(0.5) ? `root@${oddText(random)}:22` : oddText(random));
  attempt(() =>
    parseWireguardOptions(spoil({ transport: 'ssh', ssh: 'a@b', identityFile: '/k', interface: 'wg0' }, random)),
  );
  parseDay(random.chance(0.5) ? '2026-03-10' : oddText(random));
  canonicalServer(oddText(random));
}

/** So that one refusal does not keep the input from the next parser. */
function attempt(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
}

export function isExpected(error: unknown): boolean {
  return error instanceof Error && 'code' in error && 'hint' in error && typeof error.code === 'string';
}

export const parsers: Readonly<Record<string, Target>> = {
  'wireguard-output': wireguardOutput,
  'webhook-body': webhookBody,
  signature,
  config,
  'bot-files': botFiles,
  'small-texts': smallTexts,
};
