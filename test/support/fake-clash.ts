import { type FakeAnswer, type FakeRequest, FakeWeb } from './fake-web.ts';

interface Open {
  readonly id: string;
  upload: number;
  download: number;
  readonly chains: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The Clash API of mihomo 1.19 (`/connections`): totals of the process, and the connections that are open. */
export class FakeClash {
  readonly web: FakeWeb;
  secret: string | null = 'clash-secret-0123456789';
  #up = 0;
  #down = 0;
  #open = new Map<string, Open>();
  #started = 0;

  constructor() {
    this.web = new FakeWeb((request) => this.#answer(request));
  }

  /** A connection over `proxy`, chosen by groups. @returns its id */
  open(proxy: string, metadata: Readonly<Record<string, string>> = {}): string {
    this.#started += 1;
    const id = `6f1c3a52-8f0e-4f53-9d52-${String(this.#started).padStart(12, '0')}`;
    const chains = [proxy, 'Auto', 'Proxy'];
    this.#open.set(id, { id, upload: 0, download: 0, chains, metadata: { sourceIP: '192.168.1.20', ...metadata } });
    return id;
  }

  carry(id: string, up: number, down: number): void {
    const connection = this.#open.get(id);
    if (connection === undefined) throw new Error('it is closed');
    connection.upload += up;
    connection.download += down;
    this.#up += up;
    this.#down += down;
  }

  close(id: string): void {
    this.#open.delete(id);
  }

  /** The process is killed and started again. */
  restart(): void {
    this.#open.clear();
    this.#up = 0;
    this.#down = 0;
  }

  #answer({ url, headers }: FakeRequest): FakeAnswer | null {
    if (this.secret !== null && headers.authorization !== `Bearer ${this.secret}`)
      return { status: 401, body: '{"message":"Unauthorized"}' };
    if (url.pathname !== '/connections') return { status: 404, body: '{"message":"Resource not found"}' };
    const open = [...this.#open.values()].map(({ metadata, ...rest }) => ({
      ...rest,
      metadata: {
        ...{ network: 'tcp', type: 'Mixed', destinationIP: '140.82.121.4', sourceGeoIP: null, destinationGeoIP: null },
        ...{ sourcePort: '50012', destinationPort: '443', inboundIP: '127.0.0.1', inboundPort: '7890', uid: 0 },
        ...{ inboundName: 'DEFAULT-MIXED', inboundUser: '', host: 'github.com', dnsMode: 'normal', process: 'curl' },
        ...{ processPath: '/usr/bin/curl', specialProxy: '', specialRules: '', remoteDestination: '203.0.113.7' },
        ...{ dscp: 0, sniffHost: '', ...metadata },
      },
      start: '2026-03-10T12:00:00.000000000Z',
      rule: 'Match',
      rulePayload: '',
    }));
    return {
      status: 200,
      isData: true,
      headers: { 'content-type': 'application/json' },
      // Go writes null for an empty list.
      body: JSON.stringify({
        downloadTotal: this.#down,
        uploadTotal: this.#up,
        connections: open.length === 0 ? null : open,
        memory: 21_495_808,
      }),
    };
  }
}
