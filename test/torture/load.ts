import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { writeNodeFile } from '../support/node-file.ts';
import { login } from '../support/server.ts';
import { type Book, type Mode, modes, type Tally } from './books.ts';

export const random = (max: number) => Math.floor(Math.random() * max);

interface Place {
  readonly host?: string;
  readonly port: number;
  readonly book: Book;
}

/** Reports of many senders at once. Those with ids and streams repeat a report until it is answered, across everything. */
export function startSenders({ host = '127.0.0.1', port, book }: Place, count: number, round: number) {
  let open = true;
  const senders = Array.from({ length: count }, async (_, n) => {
    const mode = modes[n % modes.length] ?? 'with-id';
    const token = `${mode}-${n}`;
    const tally: Tally = book.get(token) ?? { mode, sent: 0n, acked: 0n, acks: [] };
    book.set(token, tally);
    const next = reports(mode, token, n, round);
    while (open) {
      const { report, bytes } = next();
      tally.sent += bytes;
      if (!(await deliver(`${host}:${port}`, report, mode !== 'without-id'))) continue;
      tally.acked += bytes;
      tally.acks.push({ atMs: Date.now(), bytes });
    }
  });
  const stopNew = () => {
    open = false;
  };
  return { stopNew, finished: Promise.all(senders) };
}

/** One sender's reports: random bytes, received never equal to sent. */
function reports(mode: Mode, token: string, n: number, round: number) {
  const target = { user_token: token, server: `vpn-${n % 4}.example.com`, port: 443, protocol: 'vless' };
  let [up, down] = [0, 0];
  return () => {
    const [rx, tx] = [1 + random(1_000_000), 1_000_001 + random(5_000_000)];
    [up, down] = [up + rx, down + tx];
    const bytes = BigInt(rx + tx);
    if (mode === 'stream') {
      const stream = { mode: 'cumulative', stream: `round-${round}`, bytes_uploaded: up, bytes_downloaded: down };
      return { report: { ...target, ...stream }, bytes };
    }
    const delta = { bytes_uploaded: rx, bytes_downloaded: tx };
    return { report: { ...target, ...delta, ...(mode === 'with-id' ? { event_id: randomUUID() } : {}) }, bytes };
  };
}

/** @returns whether it was acknowledged; with `insist` it repeats the same body until it is. */
export async function deliver(
  place: number | string,
  report: object,
  insist: boolean,
  patienceMs = 90_000,
): Promise<boolean> {
  const at = typeof place === 'number' ? `127.0.0.1:${place}` : place;
  for (const deadline = Date.now() + patienceMs; ; ) {
    const answer = await fetch(`http://${at}/api/xpert/traffic-webhook`, {
      method: 'POST',
      // With a header that it does not know a request goes the usual way through the server, without it the short one.
      headers: { 'content-type': 'application/json', ...(random(2) === 0 ? { 'x-request-id': '1' } : {}) },
      body: JSON.stringify(report),
    }).catch(() => null);
    const text = await answer?.text().catch(() => null);
    if (answer?.status === 200 && text != null) return true;
    // Senders that are not on the same machine may not send any number of reports a second.
    if (answer !== null && answer.status < 500 && ![200, 429].includes(answer.status))
      throw new Error(`${answer.status}: ${text}`);
    if (!insist) return false;
    if (Date.now() > deadline) throw new Error(`No success within ${patienceMs / 1000} s: ${answer?.status} ${text}`);
    await delay(10);
  }
}

/** A node whose counters lie in a file: peers that carry bytes whether anybody reads them or not. */
export class FileNode {
  readonly path: string;
  readonly #peers = Array.from({ length: 5 }, (_, n) => ({ name: `peer-${n}`, rx: 0, tx: 0 }));
  #ticks = 1_000;

  constructor(path: string) {
    this.path = path;
    this.write();
  }

  carry(): void {
    for (const peer of this.#peers) {
      peer.rx += random(100_000);
      peer.tx += 100_001 + random(900_000);
    }
    this.write();
  }

  write(): void {
    this.#ticks += 1;
    writeNodeFile(this.path, this.#peers, this.#ticks);
  }

  get carried(): ReadonlyMap<string, bigint> {
    return new Map(this.#peers.map(({ name, rx, tx }) => [name, BigInt(rx + tx)]));
  }

  get names(): string[] {
    return this.#peers.map(({ name }) => name);
  }
}

/** Calls of the owner. Failing is allowed: the server is killed in the midst of them. */
export class Owner {
  readonly #url: string;
  readonly #cookie: string;

  private constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
  }

  static async of(url: string): Promise<Owner> {
    return new Owner(url, await login({ url }));
  }

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const hasBody = method !== 'GET' && method !== 'DELETE';
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: { cookie: this.#cookie, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
      ...(hasBody ? { body: JSON.stringify(body ?? {}) } : {}),
    });
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  async text(path: string): Promise<string> {
    return await (await fetch(`${this.#url}${path}`, { headers: { cookie: this.#cookie } })).text();
  }

  async addFileNode(path: string): Promise<string> {
    const options = { transport: 'file', path };
    const draft = {
      name: 'file-node',
      kind: 'wireguard',
      options,
      pollIntervalSeconds: 1,
      opening: 'count',
      usersPolicy: 'none',
    };
    return (await this.call<{ id: string }>('POST', '/api/v1/nodes', draft)).id;
  }

  /** One thing that people do, at random. */
  async meddle(): Promise<void> {
    switch (random(6)) {
      case 0:
        return void (await this.call('POST', '/api/v1/resets', { scope: 'all' }));
      case 1: {
        const { items } = await this.call<{ items: { id: string; undoneAt: string | null }[] }>(
          'GET',
          '/api/v1/resets',
        );
        const mark = items.find(({ undoneAt }) => undoneAt === null);
        return mark && void (await this.call('DELETE', `/api/v1/resets/${mark.id}`));
      }
      case 2:
        return void (await this.call('POST', '/api/xpert/traffic-stats/cleanup', { days: 1 }));
      case 3:
        return void (await this.call('POST', '/api/v1/backups'));
      case 4:
        return void (await this.call('POST', '/api/v1/users', {
          name: `user-${random(1e9)}`,
          userToken: `extra-${random(1e9)}`,
        }));
      default: {
        const [peers, users] = await Promise.all([
          this.call<{ items: { id: string }[] }>('GET', '/api/v1/peers'),
          this.call<{ items: { id: string }[] }>('GET', '/api/v1/users'),
        ]);
        const [peer, user] = [peers.items[random(peers.items.length)], users.items[random(users.items.length)]];
        if (peer && user)
          await this.call('POST', '/api/v1/peers/assign', { assignments: [{ peerId: peer.id, userId: user.id }] });
      }
    }
  }
}
