import { garbled } from './failures.ts';

/** One connection as OpenVPN lists it. */
export interface ClientRow {
  /** `UNDEF` before the client was authenticated. */
  readonly commonName: string;
  readonly username: string;
  readonly realAddress: string;
  /** Address or addresses inside the VPN, without a prefix length. */
  readonly virtualAddresses: readonly string[];
  /** Bytes that the server received from the client, and sent to it, since it connected; as they are on the wire. */
  readonly rx: bigint;
  readonly tx: bigint;
  readonly connectedAt: Date | null;
  /** Start of the connection as written, for versions that do not tell `time_t`. */
  readonly connectedSince: string;
  /** Null before OpenVPN 2.4. */
  readonly clientId: string | null;
}

export interface Status {
  /** The last line was seen. */
  readonly isWhole: boolean;
  /** When it was written, by the server's clock; null in format 1. */
  readonly at: Date | null;
  readonly rows: readonly ClientRow[];
  /** Lines of clients that could not be read: their bytes are not known. */
  readonly unreadable: number;
}

/** Columns as the HEADER names them; versions have more or fewer, in any order. */
const REQUIRED = ['Common Name', 'Real Address', 'Bytes Received', 'Bytes Sent', 'Connected Since'] as const;
const MAX_U64 = 18_446_744_073_709_551_615n;

/**
 * Reads what `status 3` of the management interface prints, and the file of `--status` in its formats 1, 2 and 3, line by
 * line. OpenVPN 2.6 multi.c multi_print_status().
 */
export class StatusParser {
  /** Null until the format is known. */
  #separator: ',' | '\t' | null = null;
  #isFormat1 = false;
  #isInClientList = false;
  #columns: ReadonlyMap<string, number> | null = null;
  #columnCount = 0;
  readonly #rows: ClientRow[] = [];
  #unreadable = 0;
  #at: Date | null = null;
  #isWhole = false;

  /** @throws SourceFailure if this is no status at all */
  line(text: string): void {
    if (this.#isWhole) throw garbled('it goes on after its end');
    if (this.#separator === null) this.#recognize(text);
    else if (text === 'END') this.#isWhole = true;
    else if (this.#isFormat1) this.#lineOfFormat1(text);
    else this.#lineOfFormats2And3(text.split(this.#separator));
  }

  get isDone(): boolean {
    return this.#isWhole;
  }

  /** @throws SourceFailure if nothing of a status came */
  finish(): Status {
    if (this.#columns === null) throw garbled('it has no list of clients');
    return { isWhole: this.#isWhole, at: this.#at, rows: this.#rows, unreadable: this.#unreadable };
  }

  #recognize(text: string): void {
    if (text === 'OpenVPN CLIENT LIST') this.#isFormat1 = true;
    else if (!/^TITLE[,\t]/.test(text)) throw garbled('it does not begin as one');
    this.#separator = text.startsWith('TITLE\t') ? '\t' : ',';
  }

  #lineOfFormat1(text: string): void {
    const fields = text.split(',');
    if (text === 'ROUTING TABLE') this.#isInClientList = false;
    else if (fields[0] === 'Updated') return;
    else if (this.#columns === null) {
      this.#setColumns(fields);
      this.#isInClientList = true;
    } else if (this.#isInClientList) this.#client(fields);
  }

  #lineOfFormats2And3(fields: readonly string[]): void {
    const [kind, ...rest] = fields;
    if (kind === 'TIME') this.#at = instantOf(rest[1]);
    else if (kind === 'HEADER' && rest[0] === 'CLIENT_LIST') this.#setColumns(rest.slice(1));
    else if (kind === 'CLIENT_LIST') this.#client(rest);
  }

  #setColumns(names: readonly string[]): void {
    this.#columns = new Map(names.map((name, index) => [name, index]));
    this.#columnCount = names.length;
    const missing = REQUIRED.filter((name) => this.#columns?.has(name) !== true);
    if (missing.length > 0) throw garbled(`it has no column "${missing[0]}"`);
  }

  #client(fields: readonly string[]): void {
    const row = fields.length === this.#columnCount ? this.#toRow(fields) : null;
    if (row === null) this.#unreadable += 1;
    else this.#rows.push(row);
  }

  #toRow(fields: readonly string[]): ClientRow | null {
    if (this.#columns === null) throw garbled('clients come before their header');
    const of = (name: string) => fields[this.#columns?.get(name) ?? -1] ?? '';
    const rx = bytesOf(of('Bytes Received'));
    const tx = bytesOf(of('Bytes Sent'));
    const connectedSince = of('Connected Since');
    if (rx === null || tx === null || connectedSince === '') return null;
    const virtual = [of('Virtual Address'), of('Virtual IPv6 Address')].filter((address) => address !== '');
    const clientId = of('Client ID');
    if (clientId !== '' && !/^\d{1,10}$/.test(clientId)) return null;
    return {
      commonName: of('Common Name'),
      username: of('Username'),
      realAddress: of('Real Address'),
      virtualAddresses: virtual,
      rx,
      tx,
      connectedAt: instantOf(of('Connected Since (time_t)')),
      connectedSince,
      clientId: clientId === '' ? null : clientId,
    };
  }
}

function bytesOf(text: string): bigint | null {
  if (!/^\d{1,20}$/.test(text)) return null;
  const value = BigInt(text);
  return value > MAX_U64 ? null : value;
}

function instantOf(text: string | undefined): Date | null {
  return text !== undefined && /^\d{1,11}$/.test(text) ? new Date(Number(text) * 1000) : null;
}
