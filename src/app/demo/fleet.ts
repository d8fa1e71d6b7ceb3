import { createHash } from 'node:crypto';

/** One simulated VPN host: an interface with peers whose counters only the simulation moves. */
interface Host {
  readonly name: string;
  readonly description: string;
  /** Group of nodes that it belongs to. */
  readonly group: string;
  readonly tool: 'wg' | 'awg';
  readonly interface: string;
  readonly port: number;
  readonly publicKey: string;
  readonly bootId: string;
  readonly bootMs: number;
  /** Grows whenever the interface is made anew: its counters then begin at 0. */
  index: number;
  /** Network card: the VPN's bytes come in and go out again, and the host has some traffic of its own. */
  readonly card: { rx: number; tx: number };
  readonly peers: readonly Peer[];
}

interface Peer {
  readonly publicKey: string;
  /** As it stands in a comment of the configuration; one user may have several devices. */
  readonly name: string;
  readonly address: string;
  readonly endpoint: string;
  /** Mean bytes a second while connected. */
  readonly appetite: number;
  rx: number;
  tx: number;
  handshakeMs: number;
}

/** A report that somebody else's server sends to the webhook. */
export interface SimulatedReport {
  readonly userToken: string;
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  readonly bytesUploaded: number;
  readonly bytesDownloaded: number;
}

const PLACES = [
  ['fra-1', 'Frankfurt, first rack', 'wg', 'europe'],
  ['ams-2', 'Amsterdam', 'wg', 'europe'],
  ['hel-1', 'Helsinki, AmneziaWG', 'awg', 'europe'],
  ['waw-1', 'Warsaw', 'wg', 'europe'],
  ['sin-1', 'Singapore, behind a slow link', 'wg', 'asia'],
] as const;

/** Forty users are named after plants: nobody real is meant. */
export const USERS = (
  'maple willow juniper cedar hazel aspen birch alder rowan linden laurel myrtle ivy sorrel clover thistle heather ' +
  'bracken sage thyme basil fennel tansy yarrow mallow teasel sedge rush reed iris lotus poppy lilac jasmine peony ' +
  'dahlia aster zinnia camellia magnolia'
).split(' ');

/** Users that also go over servers which only report; `walnut` is nobody's token yet. */
const REPORTERS = [...USERS.slice(0, 7).map((name) => `demo-${name}`), 'walnut'];
const FOREIGN = [
  ['edge.example.net', 443, 'vless'],
  ['relay.example.org', 8443, 'trojan'],
  ['198.51.100.24', 8388, 'shadowsocks'],
] as const;

const HOUR_MS = 3_600_000;
const HANDSHAKE_MS = 120_000;

/** A number from 0 to 1 that the same names always give. */
function chance(...names: readonly (string | number)[]): number {
  return createHash('sha256').update(names.join('\0')).digest().readUInt32LE(0) / 2 ** 32;
}

function keyOf(name: string): string {
  return createHash('sha256').update(`xpert demo ${name}`).digest('base64');
}

/** A fleet whose traffic follows the day: quiet at five in the morning, busy at nine in the evening. */
export class SimulatedFleet {
  readonly hosts: readonly Host[];
  #nowMs: number;
  #reported = new Map<string, { up: number; down: number }>();

  constructor(startMs: number) {
    this.#nowMs = startMs;
    this.hosts = PLACES.map(([name, description, tool, group], place) => ({
      name,
      description,
      group,
      tool,
      interface: tool === 'awg' ? 'awg0' : 'wg0',
      port: 51_820 + place,
      publicKey: keyOf(name),
      bootId: `0000000${place}-de30-4000-8000-000000000000`,
      bootMs: startMs - 86_400_000 * (place + 3),
      index: 5,
      card: { rx: 0, tx: 0 },
      peers: USERS.flatMap((user, number) => (belongs(user, place) ? [newPeer(user, name, number, place)] : [])),
    }));
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets time pass and bytes flow. */
  advance(toMs: number): void {
    const seconds = (toMs - this.#nowMs) / 1000;
    const busy = busyness(toMs);
    for (const host of this.hosts) {
      // About once in twelve days somebody restarts the interface.
      if (chance(host.name, 'restart', Math.floor(toMs / HOUR_MS)) < 1 / 300 && crossesHour(this.#nowMs, toMs))
        restart(host);
      for (const peer of host.peers) {
        const slot = Math.floor(toMs / (HOUR_MS / 2));
        if (chance(peer.publicKey, slot) > busy) continue;
        const burst = 0.25 + 1.5 * chance(peer.publicKey, 'burst', Math.floor(toMs / 60_000));
        const down = peer.appetite * seconds * burst;
        const up = Math.round(down * (0.05 + 0.1 * chance(peer.publicKey, 'up', slot)));
        peer.tx += Math.round(down);
        peer.rx += up;
        host.card.rx += Math.round((up + down) * 1.03);
        host.card.tx += Math.round((up + down) * 1.03);
        peer.handshakeMs = toMs - Math.min(HANDSHAKE_MS, seconds * 1000) * chance(peer.publicKey, toMs);
      }
      host.card.rx += Math.round(seconds * 1_500);
      host.card.tx += Math.round(seconds * 900);
    }
    for (const token of REPORTERS)
      this.#report(token, busy * seconds * 40_000 * (0.3 + chance(token, Math.floor(toMs / HOUR_MS))));
    this.#nowMs = toMs;
  }

  /** What has been used over foreign servers since the last call. */
  takeReports(): SimulatedReport[] {
    const reports = [...this.#reported].map(([key, { up, down }]) => {
      const [userToken = '', place] = key.split(' ');
      const [server, port, protocol] = FOREIGN[Number(place)] ?? FOREIGN[0];
      return { userToken, server, port, protocol, bytesUploaded: Math.round(up), bytesDownloaded: Math.round(down) };
    });
    this.#reported = new Map();
    return reports.filter((report) => report.bytesDownloaded > 0);
  }

  #report(userToken: string, down: number): void {
    const key = `${userToken} ${Math.floor(chance(userToken, 'server') * FOREIGN.length)}`;
    const sum = this.#reported.get(key) ?? { up: 0, down: 0 };
    this.#reported.set(key, { up: sum.up + down / 12, down: sum.down + down });
  }
}

function belongs(user: string, place: number): boolean {
  return chance(user, 'on', place) < (place === 0 ? 0.6 : 0.35);
}

function newPeer(user: string, host: string, number: number, place: number): Peer {
  const id = `${user}@${host}`;
  return {
    publicKey: keyOf(id),
    name: user,
    address: `10.${60 + place}.0.${number + 2}/32`,
    endpoint: `203.0.113.${1 + Math.floor(chance(id, 'address') * 254)}:${20_000 + Math.floor(chance(id, 'port') * 40_000)}`,
    // A few users take most of it, as everywhere.
    appetite: 15_000 * Math.exp(3.2 * chance(id, 'appetite') ** 2),
    rx: 0,
    tx: 0,
    handshakeMs: 0,
  };
}

/** Share of peers that are connected: 20 % before dawn, 75 % in the evening, a little more at the weekend. */
function busyness(ms: number): number {
  const at = new Date(ms);
  const hour = at.getHours() + at.getMinutes() / 60;
  const day = 0.45 - 0.25 * Math.cos(((hour - 5) / 12) * Math.PI);
  const evening = 0.15 * Math.exp(-((hour - 20.5) ** 2) / 6);
  return day + evening + (at.getDay() % 6 === 0 ? 0.06 : 0);
}

function crossesHour(fromMs: number, toMs: number): boolean {
  return Math.floor(fromMs / HOUR_MS) !== Math.floor(toMs / HOUR_MS);
}

function restart(host: Host): void {
  host.index += 1;
  for (const peer of host.peers) {
    peer.rx = 0;
    peer.tx = 0;
    peer.handshakeMs = 0;
  }
}

/** What `xpert-node read` prints on that host at that instant. */
export function nodeOutput(host: Host, atMs: number): string {
  const lines: string[] = [];
  let parts = 0;
  const part = (tool: string, subject: string, name: string, rows: readonly string[]) => {
    lines.push(`@run\t${tool}\t${subject}\t${name}`, ...rows, '', '@exit\t0\t');
    parts += 1;
  };
  const link = `@link\t${host.tool}\t${host.interface}\t${host.index}\t0x91`;
  const perPeer = (row: (peer: Peer) => string) => host.peers.map((peer) => `${peer.publicKey}\t${row(peer)}`);
  const ofInterface = (name: string, rows: readonly string[]) => part(host.tool, host.interface, name, rows);

  lines.push('@xpert-node\t2\tread');
  lines.push(`@boot\t${host.bootId}\t${Math.round((atMs - host.bootMs) / 10)}\t${Math.floor(atMs / 1000)}\troot`);
  lines.push(`@card\teth0\t2\t${host.card.rx}\t${host.card.tx}`);
  lines.push('@place\t.\t-', `@tool\t${host.tool}\t${host.tool} simulated by the demo`);
  part(host.tool, '-', 'interfaces', [host.interface]);
  ofInterface('public-key', [host.publicKey]);
  ofInterface('listen-port', [String(host.port)]);
  lines.push(link, ownLine(host));
  ofInterface(
    'transfer',
    perPeer((peer) => `${peer.rx}\t${peer.tx}`),
  );
  lines.push(link);
  ofInterface(
    'latest-handshakes',
    perPeer((peer) => String(Math.floor(peer.handshakeMs / 1000))),
  );
  ofInterface(
    'endpoints',
    perPeer((peer) => (peer.handshakeMs === 0 ? '(none)' : peer.endpoint)),
  );
  ofInterface(
    'allowed-ips',
    perPeer((peer) => peer.address),
  );
  part(
    'names',
    '-',
    `/etc/wireguard/${host.interface}.conf`,
    perPeer((peer) => peer.name),
  );
  lines.push(`@parts\t${parts}`, '@done', '');
  return lines.join('\n');
}

/** The interface carries the packets inside: what its peers count less 36 bytes of each 1,200. */
function ownLine({ tool, interface: name, peers }: Host): string {
  const inside = (bytes: number) => Math.floor((bytes * 1_164) / 1_200);
  const rx = peers.reduce((sum, peer) => sum + peer.rx, 0);
  const tx = peers.reduce((sum, peer) => sum + peer.tx, 0);
  const packets = (bytes: number) => Math.floor(bytes / 1_200);
  return `@own\t${tool}\t${name}\ttun\t${inside(rx)}\t${packets(rx)}\t${inside(tx)}\t${packets(tx)}`;
}
