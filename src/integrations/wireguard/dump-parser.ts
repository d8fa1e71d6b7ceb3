import type { Buffer } from 'node:buffer';
import type { ServiceReading } from '../../core/metering/collector.ts';
import type { Traffic } from '../../core/units/bytes.ts';
import { KeyTable } from './key-table.ts';
import { type PeerDraft, readAllowedIps, readEndpoint, readHandshake, readTraffic } from './peer-rows.ts';
import { Fields, quoteOutput } from './scan.ts';

interface DumpedInterface {
  readonly name: string;
  readonly kind: 'wireguard' | 'amneziawg';
  /** Null while the interface has no key. */
  readonly publicKey: string | null;
  readonly listenPort: number | null;
  readonly table: KeyTable;
}

/**
 * Parser of `wg show all dump` and `wg show IF dump`, any AmneziaWG version. It is a fallback: a dump carries private
 * and preshared keys, has no end marker and no order. Those key fields are never turned into strings.
 *
 * An interface line has 4 fields in WireGuard and 13 to 29 in AmneziaWG 1.0-3.1, one more with `all`; a peer line has
 * always 8, or 9 with `all` (show.c dump_print(), amneziawg-tools 3.1). So the count of fields tells them apart.
 */
export class DumpParser {
  readonly #fields = new Fields();
  readonly #interfaces: DumpedInterface[] = [];
  readonly #singleName: string;
  /** 1 for `show all dump`, where every line starts with the interface's name; 0 for `show IF dump`. */
  #shift: 0 | 1 | null = null;
  #current: DumpedInterface | null = null;
  #line = 0;
  #garbage: string | null = null;

  /** `singleName`: how to call the interface of a dump of one interface, which does not name it. */
  constructor(singleName: string) {
    this.#singleName = singleName;
  }

  /** What is wrong, with the line; null as long as everything is a dump. */
  get garbage(): string | null {
    return this.#garbage;
  }

  line(bytes: Buffer, from: number, to: number): void {
    this.#line += 1;
    if (this.#garbage !== null || from === to) return;
    if (!this.#fields.split(bytes, from, to)) {
      this.#garbage = `line ${this.#line} holds control characters`;
      return;
    }
    this.#shift ??= this.#fields.isKey(bytes, 1) || this.#fields.equals(bytes, 1, '(none)') ? this.#shiftOf(bytes) : 1;
    const isPeer = this.#fields.count === 8 + this.#shift;
    const wrong = isPeer ? this.#peer(bytes) : this.#interface(bytes);
    if (wrong !== null) this.#garbage = `line ${this.#line}: ${wrong}`;
  }

  /** Interfaces as they were dumped; empty after garbage. */
  services(): { readonly services: ServiceReading[]; readonly withoutKey: string[] } {
    if (this.#garbage !== null) return { services: [], withoutKey: [] };
    const services = this.#interfaces.flatMap(({ name, kind, publicKey, listenPort, table }) =>
      publicKey === null
        ? []
        : [{ identity: publicKey, kind, name, peers: table.peers, ...(listenPort === null ? {} : { listenPort }) }],
    );
    return { services, withoutKey: this.#interfaces.filter((one) => one.publicKey === null).map((one) => one.name) };
  }

  /** The first line is an interface: private key, public key, … or name, private key, public key, … */
  #shiftOf(bytes: Buffer): 0 | 1 {
    const third = this.#fields.count > 2 && (this.#fields.isKey(bytes, 2) || this.#fields.equals(bytes, 2, '(none)'));
    return third ? 1 : 0;
  }

  #interface(bytes: Buffer): string | null {
    const fields = this.#fields;
    const shift = this.#shift ?? 1;
    const name = shift === 1 ? quoteOutput(fields.text(bytes, 0)) : this.#singleName;
    const key = 1 + shift;
    const hasKey = fields.count > key && fields.isKey(bytes, key);
    if (fields.count < 4 + shift || (!hasKey && !fields.equals(bytes, key, '(none)'))) {
      return 'neither an interface nor a peer of a dump';
    }
    const port = fields.small(bytes, key + 1);
    if (port === null || port > 65535) return 'the listen port is not a number';
    if (this.#interfaces.some((one) => one.name === name)) return `interface ${name} is dumped twice`;
    this.#current = {
      name,
      kind: fields.count === 4 + shift ? 'wireguard' : 'amneziawg',
      publicKey: hasKey ? fields.text(bytes, key) : null,
      listenPort: port === 0 ? null : port,
      table: new KeyTable(),
    };
    this.#interfaces.push(this.#current);
    return null;
  }

  #peer(bytes: Buffer): string | null {
    const fields = this.#fields;
    const shift = this.#shift ?? 1;
    const current = this.#current;
    if (current === null || (shift === 1 && !fields.equals(bytes, 0, current.name)))
      return 'a peer without an interface';
    const hash = fields.keyHash(bytes, shift);
    const traffic = readTraffic(fields, bytes, 5 + shift);
    if (hash < 0 || traffic === null) return 'the key or the counters of a peer are not readable';
    const peer = this.#details(bytes, shift, fields.text(bytes, shift), traffic);
    return current.table.add(bytes, fields.starts[shift] as number, hash, peer) ? null : 'a peer is dumped twice';
  }

  /** Most peers have both an endpoint and a handshake: made in one go they take half the memory. */
  #details(bytes: Buffer, shift: number, key: string, traffic: Traffic): PeerDraft {
    const endpoint = readEndpoint(this.#fields, bytes, 2 + shift);
    const allowedIps = readAllowedIps(this.#fields, bytes, 3 + shift, ',');
    const lastHandshakeAt = readHandshake(this.#fields, bytes, 4 + shift);
    if (endpoint !== null && lastHandshakeAt !== null) return { key, traffic, allowedIps, endpoint, lastHandshakeAt };
    const peer: PeerDraft = { key, traffic, allowedIps };
    if (endpoint !== null) peer.endpoint = endpoint;
    if (lastHandshakeAt !== null) peer.lastHandshakeAt = lastHandshakeAt;
    return peer;
  }
}
