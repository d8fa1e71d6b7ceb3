import { type FakeAnswer, type FakeRequest, FakeWeb } from './fake-web.ts';

export interface FakeAccessKey {
  readonly id: string;
  name: string;
  /** From the client, and to it; null: no traffic since the process started, so there is no counter. */
  bytes: { rx: bigint; tx: bigint } | null;
  /** Counter of a key that was deleted since: only the counters know it. */
  isDeleted?: boolean;
  dataLimit?: { bytes: number };
}

/**
 * Speaks what an Outline server speaks: the management interface of shadowbox (server/api.yml) and the counters of
 * outline-ss-server 1.7 in Prometheus' text format. The real one has them on two ports, the first with TLS.
 */
export class FakeOutline {
  readonly management: FakeWeb;
  readonly metrics = new FakeWeb((request) => this.#metricsAnswer(request));
  readonly secretPath = '/TmV2ZXJTaG93VGhpcw';
  keys: FakeAccessKey[] = [];
  /** Keys whose limit was set or taken away, as often as it was. */
  readonly limited: string[] = [];
  /** Seconds since 1970, as the process works it out; moves a little with the clock. */
  startedAt = Date.now() / 1000 - 36_000;
  lastThirtyDays: Record<string, number> = {};
  #keys: FakeAccessKey[] | null = null;
  #texts = { keys: '', metrics: '' };

  constructor(tls: { readonly key: string; readonly cert: string }) {
    this.management = new FakeWeb((request) => this.#managementAnswer(request), tls);
  }

  get secrets(): readonly string[] {
    return [this.secretPath, 'password-of-', 'ss://'];
  }

  prepare(): void {
    if (this.#keys === this.keys) return;
    this.#keys = this.keys;
    const living = this.keys.filter(({ isDeleted = false }) => !isDeleted);
    this.#texts = { keys: living.map(keyText).join(','), metrics: this.keys.map(countersText).join('') };
  }

  async close(): Promise<void> {
    await Promise.all([this.management.close(), this.metrics.close()]);
  }

  #managementAnswer({ method, url, body }: FakeRequest): FakeAnswer {
    this.prepare();
    const [, id] = new RegExp(`^${this.secretPath}/access-keys/([^/]+)/data-limit$`).exec(url.pathname) ?? [];
    if (id !== undefined) return this.#limit(decodeURIComponent(id), method, body);
    switch (`${method} ${url.pathname}`) {
      case `GET ${this.secretPath}/access-keys`:
        return { status: 200, body: `{"accessKeys":[${this.#texts.keys}]}`, isData: true };
      case `GET ${this.secretPath}/server`:
        return json({ name: 'Outline Server', serverId: '7fda0079', version: '1.12.3', metricsEnabled: false });
      case `GET ${this.secretPath}/metrics/transfer`:
        return json({ bytesTransferredByUserId: this.lastThirtyDays });
      default:
        return { status: 404, body: '{"code":"ResourceNotFound","message":"not here"}' };
    }
  }

  /** As server/manager_service.ts: 204 without content. */
  #limit(id: string, method: string, body: string): FakeAnswer {
    const key = this.keys.find((one) => one.id === id && one.isDeleted !== true);
    if (key === undefined) return { status: 404, body: '{"code":"NotFoundError","message":"Access key not found"}' };
    if (method === 'DELETE') delete key.dataLimit;
    else key.dataLimit = { bytes: (JSON.parse(body) as { limit: { bytes: number } }).limit.bytes };
    this.limited.push(id);
    this.keys = [...this.keys];
    return { status: 204, body: '' };
  }

  #metricsAnswer({ url }: FakeRequest): FakeAnswer {
    this.prepare();
    if (url.pathname !== '/metrics') return { status: 404, body: '404 page not found\n' };
    const before = [
      '# HELP go_goroutines Number of goroutines that currently exist.',
      'go_goroutines 21',
      '# HELP shadowsocks_data_bytes Bytes transferred by the proxy, per access key',
      '# TYPE shadowsocks_data_bytes counter',
      'shadowsocks_data_bytes{access_key="",dir="c>p",proto="tcp"} 4711',
      '',
    ].join('\n');
    const after = [
      'shadowsocks_data_bytes_per_location{asn="",dir="c>p",location="XX",proto="tcp"} 99',
      '# TYPE process_start_time_seconds gauge',
      `process_start_time_seconds ${this.startedAt.toExponential(11).replace('e+9', 'e+09')}`,
      '',
    ].join('\n');
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    return { status: 200, headers, body: `${before}${this.#texts.metrics}${after}`, isData: true };
  }
}

const json = (value: unknown): FakeAnswer => ({ status: 200, body: JSON.stringify(value) });

function keyText({ id, name, dataLimit }: FakeAccessKey): string {
  const rest = { password: `password-of-${id}`, port: 18421, method: 'chacha20-ietf-poly1305' };
  return JSON.stringify({
    id,
    name,
    dataLimit,
    ...rest,
    accessUrl: `ss://${Buffer.from(`chacha20-ietf-poly1305:password-of-${id}`).toString('base64url')}@192.0.2.1:18421/?outline=1`,
  });
}

/** Of what a client sent three quarters by TCP, and what goes on to the targets is less by the encryption. */
function countersText({ id, bytes }: FakeAccessKey): string {
  if (bytes === null) return '';
  const tcp = { rx: (bytes.rx / 4n) * 3n, tx: bytes.tx };
  const line = (dir: string, proto: string, value: bigint) =>
    `shadowsocks_data_bytes{access_key="${id}",dir="${dir}",proto="${proto}"} ${value}\n`;
  return [
    line('c<p', 'tcp', tcp.tx),
    line('c>p', 'tcp', tcp.rx),
    line('c>p', 'udp', bytes.rx - tcp.rx),
    line('p<t', 'tcp', (tcp.tx * 9n) / 10n),
    line('p>t', 'tcp', (tcp.rx * 9n) / 10n),
  ].join('');
}
