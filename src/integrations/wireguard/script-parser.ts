import type { Buffer } from 'node:buffer';
import { directed, type Traffic } from '../../core/units/bytes.ts';
import { Fields, quoteOutput, SPACE } from './scan.ts';
import {
  type Boot,
  type Card,
  type ContainerExit,
  findInterface,
  type Interface,
  type Link,
  newPlace,
  type Own,
  type Place,
  type ScriptOutput,
  UNKNOWN,
} from './script-output.ts';

interface Run {
  readonly tool: string;
  readonly subject: string;
  readonly part: string;
  readonly row: (bytes: Buffer) => boolean;
  garbled: boolean;
}

const AT_SIGN = 64;

/** The ledger's integers have 63 bits; a counter beyond that is not taken. */
const MAX_STORED = 2n ** 63n - 1n;

/** Parser of the script's output (node-script.ts), line by line. */
export class ScriptParser {
  readonly #fields = new Fields();
  readonly #places: Place[] = [];
  readonly #containers: ContainerExit[] = [];
  #version: number | null = null;
  #boot: Boot | null = null;
  #card: Card | null = null;
  #place: Place | null = null;
  #run: Run | null = null;
  #done = false;
  /** A control line that makes no sense: nothing after it is believed. */
  #broken = false;

  line(bytes: Buffer, from: number, to: number): void {
    if (from === to || this.#broken || this.#done) return;
    const readable = this.#fields.split(bytes, from, to);
    if (bytes[from] === AT_SIGN) {
      if (!readable || !this.#control(bytes)) this.#broken = true;
    } else if (this.#run !== null && !this.#run.garbled) {
      this.#run.garbled = !readable || !this.#run.row(bytes);
    }
  }

  output(): ScriptOutput {
    return {
      version: this.#version,
      boot: this.#boot,
      card: this.#card,
      places: this.#places,
      containers: this.#containers,
      done: this.#done && !this.#broken,
    };
  }

  #control(bytes: Buffer): boolean {
    const fields = this.#fields;
    const text = (index: number) => (index < fields.count ? quoteOutput(fields.utf8(bytes, index)) : '');
    switch (fields.text(bytes, 0)) {
      case '@xpert-node':
        this.#version = fields.small(bytes, 1);
        return this.#version !== null;
      case '@boot':
        this.#boot = readBoot(fields, bytes);
        return this.#boot !== null;
      case '@card':
        this.#card = readCard(fields, bytes);
        return this.#place === null;
      case '@place':
        this.#place = newPlace(text(1), text(2));
        this.#places.push(this.#place);
        return true;
      case '@parts':
        return this.#closePlace(fields.small(bytes, 1));
      case '@container':
        return this.#place === null;
      case '@container-exit':
        this.#place = null;
        this.#run = null;
        this.#containers.push({ name: text(1), status: fields.small(bytes, 2) ?? 1, error: text(3) });
        return true;
      case '@done':
        this.#done = true;
        return this.#place === null;
      default:
        return this.#place !== null && this.#insidePlace(this.#place, bytes, text);
    }
  }

  #insidePlace(place: Place, bytes: Buffer, text: (index: number) => string): boolean {
    const fields = this.#fields;
    switch (fields.text(bytes, 0)) {
      case '@tool':
        place.tools.push({ name: text(1), version: text(2), listed: null });
        return true;
      case '@run':
        this.#run = this.#startRun(place, text(1), text(2), text(3));
        return true;
      case '@exit':
        return this.#endRun(place, fields.small(bytes, 1), text(2));
      case '@link':
        findInterface(place, text(1), text(2)).links.push(readLink(text(3), text(4)));
        return true;
      case '@own':
        findInterface(place, text(1), text(2)).own = readOwn(fields, bytes);
        return true;
      case '@device':
        place.devices.push({ name: text(1), kind: text(2) === 'amneziawg' ? 'amneziawg' : 'wireguard' });
        return true;
      case '@denied':
        if (!place.denied.includes(text(1))) place.denied.push(text(1));
        return true;
      case '@unreadable':
        place.unreadable.push(text(1));
        return true;
      default:
        return false;
    }
  }

  #startRun(place: Place, tool: string, subject: string, part: string): Run {
    return { tool, subject, part, row: this.#rowReader(place, tool, subject, part), garbled: false };
  }

  /** Reads one row of a part; false = garbage. Rows of peers that came or went between two parts are passed over. */
  #rowReader(place: Place, tool: string, subject: string, part: string): (bytes: Buffer) => boolean {
    const fields = this.#fields;
    if (tool === 'names') return (bytes) => this.#name(place, bytes);
    if (part === 'interfaces') return (bytes) => this.#list(place, tool, bytes);
    const { table } = findInterface(place, tool, subject);
    const ofPeer = (read: (place: number, bytes: Buffer) => void) => (bytes: Buffer) => {
      const place = fields.count === 2 ? table.find(fields, bytes, 0) : -1;
      if (place >= 0) read(place, bytes);
      return true;
    };
    switch (part) {
      case 'transfer':
        return (bytes) => fields.count === 3 && table.add(fields, bytes, 0, 1) === 'added';
      case 'latest-handshakes':
        return ofPeer((place, bytes) => table.setHandshake(place, fields, bytes, 1));
      case 'endpoints':
        return ofPeer((place, bytes) => table.setEndpoint(place, fields, bytes, 1));
      case 'allowed-ips':
        return ofPeer((place, bytes) => {
          table.setAllowedIps(place, fields, bytes, 1, SPACE);
          table.setAccess(place, fields, bytes, 1);
        });
      default:
        return (bytes) => this.#property(findInterface(place, tool, subject), part, bytes);
    }
  }

  #property(of: Interface, part: string, bytes: Buffer): boolean {
    if (part === 'public-key') {
      if (this.#fields.isKey(bytes, 0)) of.publicKey = this.#fields.text(bytes, 0);
      return of.publicKey !== null || this.#fields.equals(bytes, 0, '(none)');
    }
    const port = part === 'listen-port' ? this.#fields.small(bytes, 0) : null;
    if (port !== null && port > 0 && port < 65_536) of.listenPort = port;
    return port !== null;
  }

  #list(place: Place, tool: string, bytes: Buffer): boolean {
    const listed = place.tools.find((one) => one.name === tool);
    if (listed !== undefined) listed.listed = this.#fields.text(bytes, 0).split(' ').filter(Boolean).map(quoteOutput);
    return listed !== undefined;
  }

  #name(place: Place, bytes: Buffer): boolean {
    const fields = this.#fields;
    if (fields.count !== 2 || !fields.isKey(bytes, 0)) return false;
    for (const { table } of place.interfaces) {
      const place = table.find(fields, bytes, 0);
      if (place >= 0) table.setName(place, quoteOutput(fields.utf8(bytes, 1)));
    }
    return true;
  }

  #endRun(place: Place, status: number | null, error: string): boolean {
    const run = this.#run;
    this.#run = null;
    if (run === null || status === null) return false;
    place.parts += 1;
    const { tool, subject, part, garbled } = run;
    if (status !== 0 || garbled) place.failures.push({ tool, subject, part, status, error, garbled });
    else if (part === 'interfaces') closeList(place, tool);
    else if (part === 'transfer') findInterface(place, tool, subject).counted = true;
    return true;
  }

  #closePlace(parts: number | null): boolean {
    if (this.#place === null || this.#run !== null) return false;
    this.#place.closed = parts === this.#place.parts;
    this.#place = null;
    return true;
  }
}

/** A tool that lists nothing prints an empty line. */
function closeList(place: Place, tool: string): void {
  const listed = place.tools.find((one) => one.name === tool);
  if (listed !== undefined) listed.listed ??= [];
}

function readBoot(fields: Fields, bytes: Buffer): Boot | null {
  const seconds = fields.small(bytes, 3);
  if (fields.count !== 5 || seconds === null) return null;
  const bootId = quoteOutput(fields.text(bytes, 1));
  const ticks = fields.small(bytes, 2);
  return {
    bootId: bootId === UNKNOWN ? null : bootId,
    // USER_HZ is 100 on every Linux that WireGuard runs on; another rate would still keep the order.
    uptimeMs: ticks === null ? null : ticks * 10,
    at: new Date(seconds * 1000),
    user: quoteOutput(fields.text(bytes, 4)),
  };
}

/** rx first, as `wg` and the script print it. Null if one of the fields is not a u64. */
function readTraffic(fields: Fields, bytes: Buffer, rx: number): Traffic | null {
  const [received, sent] = [fields.unsigned(bytes, rx), fields.unsigned(bytes, rx + 1)];
  return received === null || sent === null ? null : directed(received, sent);
}

/** Null unless all four numbers are there and fit the ledger. */
function readOwn(fields: Fields, bytes: Buffer): Own | null {
  if (fields.count !== 8) return null;
  const [rx, rxPackets, tx, txPackets] = [4, 5, 6, 7].map((index) => fields.unsigned(bytes, index));
  if (rx == null || rxPackets == null || tx == null || txPackets == null) return null;
  if (rx + tx > MAX_STORED || (rxPackets + txPackets) * 1_000n > MAX_STORED) return null;
  return { isTun: fields.equals(bytes, 3, 'tun'), traffic: directed(rx, tx), rxPackets, txPackets };
}

function readCard(fields: Fields, bytes: Buffer): Card | null {
  const traffic = fields.count === 5 ? readTraffic(fields, bytes, 3) : null;
  if (traffic === null || traffic.total > MAX_STORED) return null;
  return { name: quoteOutput(fields.text(bytes, 1)), index: fields.text(bytes, 2), traffic };
}

/** `flags` as in /sys/class/net/IF/flags: hexadecimal, bit 0 is IFF_UP. Unknown counts as up. */
function readLink(index: string, flags: string): Link {
  return { index, isUp: !/^0x[0-9a-f]+$/i.test(flags) || (Number.parseInt(flags, 16) & 1) === 1 };
}
