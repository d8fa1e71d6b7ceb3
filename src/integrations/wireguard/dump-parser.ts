import type { Buffer } from 'node:buffer';
import type { ServiceReading } from '../../core/metering/collector.ts';
import { PeerTable } from './peer-table.ts';
import { COMMA, Fields, quoteOutput } from './scan.ts';

interface DumpedInterface {
  readonly name: string;
  readonly kind: 'wireguard' | 'amneziawg';
  /** Null while the interface has no key. */
  readonly publicKey: string | null;
  readonly listenPort: number | null;
  readonly table: PeerTable;
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
        : [
            {
              identity: publicKey,
              kind,
              name,
              peers: table.readings(),
              ...(listenPort === null ? {} : { listenPort }),
            },
          ],
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
      table: new PeerTable(),
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
    const { table } = current;
    const place = table.length;
    switch (table.add(fields, bytes, shift, 5 + shift)) {
      case 'unreadable':
        return 'the key or the counters of a peer are not readable';
      case 'twice':
        return 'a peer is dumped twice';
      case 'added':
        table.setEndpoint(place, fields, bytes, 2 + shift);
        table.setAllowedIps(place, fields, bytes, 3 + shift, COMMA);
        table.setHandshake(place, fields, bytes, 4 + shift);
        return null;
    }
  }
}
