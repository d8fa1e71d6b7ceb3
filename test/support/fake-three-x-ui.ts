import { type FakeAnswer, type FakeRequest, FakeWeb } from './fake-web.ts';

export interface FakeClient {
  readonly email: string;
  up: bigint;
  down: bigint;
  /** Ids of inbounds; version 2 knows one. */
  inbounds?: readonly number[];
  lastOnline?: number;
  /** What an admin can set of it; `enable` is true unless told otherwise. */
  settings?: Record<string, unknown>;
  /** The panel itself took it away: its bytes are used up. */
  isLimited?: boolean;
}

/**
 * Speaks what 3x-ui speaks to those who read its clients: version 2.9 (web/controller) or 3.6 (internal/web/controller),
 * with everything that an answer carries besides, secrets among it.
 */
export class FakeThreeXui {
  readonly web = new FakeWeb((request) => this.#answer(request));
  version: 2 | 3 = 3;
  /** How those who are not logged in are told: by 401, or as the oldest do, by 200. */
  isOld = false;
  readonly basePath = '/s3cr3t-path';
  readonly username = 'admin';
  readonly password = 'pässword & more';
  readonly token = 'api-token-0123456789abcdef';
  clients: FakeClient[] = [];
  /** Counters of inbounds 1, 2, … */
  inbounds: { up: bigint; down: bigint; protocol?: string }[] = [{ up: 7n, down: 77n }];
  /** Switches that were asked for, `off EMAIL` or `on EMAIL`. */
  readonly switched: string[] = [];
  /** Early releases of version 3 cannot. */
  hasBulk = true;
  logins = 0;
  #session = 0;
  #text: { clients: FakeClient[]; version: number; list: string; inbounds: string } | null = null;

  start(): Promise<number> {
    return this.web.start();
  }

  endSessions(): void {
    this.#session += 1;
  }

  get cookie(): string {
    return `3x-ui=session-${this.#session}-secret`;
  }

  get secrets(): readonly string[] {
    return [this.password, this.token, 'session-', 'uuid-of-', 'privateKey', 'sub-of-'];
  }

  prepare(): void {
    if (this.#text?.clients === this.clients && this.#text.version === this.version) return;
    const list = this.clients.map((client, index) => this.#record(client, index)).join(',');
    const inbounds = this.inbounds
      .map((_, index) => {
        const own = this.clients.filter(({ inbounds: ids = [1] }) => ids.includes(index + 1));
        return this.#inbound(index + 1, own);
      })
      .join(',');
    this.#text = { clients: this.clients, version: this.version, list, inbounds };
  }

  #answer({ method, url, headers, body }: FakeRequest): FakeAnswer {
    if (!url.pathname.startsWith(`${this.basePath}/`)) return { status: 404, body: '' };
    const path = url.pathname.slice(this.basePath.length + 1);
    if (method === 'GET' && path === 'csrf-token') return this.#csrf();
    if (method === 'POST' && path === 'login') return this.#logIn(new URLSearchParams(body), headers);
    if (!this.#isLoggedIn(headers)) return this.#loggedOut(headers['x-requested-with'] === 'XMLHttpRequest');
    if (method !== 'POST') return this.#data(path);
    const isForged = this.version === 3 && headers.authorization === undefined && headers['x-csrf-token'] !== 'csrf-1';
    return isForged ? { status: 403, body: '' } : this.#change(path, body);
  }

  /** Everything of a client that an admin can set. */
  settingsOf({ email, settings = {} }: FakeClient): Record<string, unknown> {
    const own = { id: `uuid-of-${email}`, password: `password-of-${email}`, flow: 'xtls-rprx-vision', totalGB: 5e9 };
    return { ...own, email, enable: true, expiryTime: 1_893_456_000_000, tgId: 0, comment: 'a "b"', ...settings };
  }

  #change(path: string, body: string): FakeAnswer {
    const [, bulk] = /^panel\/api\/clients\/bulk(Enable|Disable)$/.exec(path) ?? [];
    if (bulk !== undefined && this.version === 3 && this.hasBulk) return this.#inBulk(bulk === 'Enable', body);
    const [, id] = /^panel\/api\/inbounds\/updateClient\/([^/]+)$/.exec(path) ?? [];
    if (id !== undefined && this.version === 2) return this.#update(decodeURIComponent(id), body);
    return { status: 404, body: '404 page not found' };
  }

  #inBulk(enable: boolean, body: string): FakeAnswer {
    const { emails } = JSON.parse(body) as { emails: string[] };
    const skipped: { email: string; reason: string }[] = [];
    for (const email of emails) {
      const client = this.clients.find((one) => one.email === email);
      if (client === undefined) skipped.push({ email, reason: 'client not found' });
      else this.#set(client, { ...client.settings, enable });
    }
    const changed = emails.length - skipped.length;
    return data(JSON.stringify({ changed, ...(skipped.length === 0 ? {} : { skipped }) }));
  }

  /** As UpdateInboundClient: what is sent takes the place of the client as a whole. */
  #update(id: string, body: string): FakeAnswer {
    const { id: inboundId, settings } = JSON.parse(body) as { id: number; settings: string };
    const field = { trojan: 'password', shadowsocks: 'email' }[this.inbounds[inboundId - 1]?.protocol ?? ''] ?? 'id';
    const client = this.clients.find((one) => this.settingsOf(one)[field] === id && inboundOf(one) === inboundId);
    if (client === undefined) return message(false, 'empty client ID');
    const [sent] = (JSON.parse(settings) as { clients: Record<string, unknown>[] }).clients;
    this.#set(client, sent ?? {});
    return message(true, 'Inbound client has been updated.');
  }

  #set(client: FakeClient, settings: Record<string, unknown>): void {
    this.switched.push(`${settings.enable === true ? 'on' : 'off'} ${client.email}`);
    client.settings = { ...settings, updated_at: 1_700_000_000_000 + this.switched.length };
    client.isLimited = false;
    this.clients = [...this.clients];
  }

  #data(path: string): FakeAnswer {
    this.prepare();
    const text = this.#text ?? { list: '', inbounds: '' };
    const [, id] = /^panel\/api\/inbounds\/get\/(\d+)$/.exec(path) ?? [];
    if (id !== undefined) return data(this.#inbound(Number(id), []));
    const [, email] = /^panel\/api\/clients\/links\/([^/]+)$/.exec(path) ?? [];
    if (email !== undefined && this.version === 3) return data(this.#links(decodeURIComponent(email)));
    if (path === 'panel/api/inbounds/list') return data(`[${text.inbounds}]`);
    if (path === 'panel/api/clients/list' && this.version === 3) return data(`[${text.list}]`);
    if (path === 'panel/api/server/status') return data('{"cpu":1.5,"xray":{"state":"running","version":"25.8.3"}}');
    return { status: 404, body: '404 page not found' };
  }

  /** As GetAllClientLinks: null where there are none. */
  #links(email: string): string {
    const inbounds = this.clients.find((client) => client.email === email)?.inbounds ?? null;
    const link = (id: number) => `vless://uuid-of-${email}@192.0.2.3:${400 + id}?type=ws#main-${id}`;
    return JSON.stringify(inbounds === null ? null : inbounds.map(link));
  }

  #csrf(): FakeAnswer {
    if (this.version === 2) return { status: 404, body: '404 page not found' };
    return message(true, '', '"csrf-1"', { 'set-cookie': `3x-ui=anonymous-${this.#session}; Path=/; HttpOnly` });
  }

  #logIn(form: URLSearchParams, headers: FakeRequest['headers']): FakeAnswer {
    this.logins += 1;
    const isForged =
      this.version === 3 &&
      (headers['x-csrf-token'] !== 'csrf-1' || headers.cookie !== `3x-ui=anonymous-${this.#session}`);
    if (isForged) return { status: 403, body: '{"success":false,"msg":"invalid CSRF token"}' };
    const isRight = form.get('username') === this.username && form.get('password') === this.password;
    if (!isRight) return message(false, 'Invalid username or password or two-factor code.');
    return message(true, 'You have successfully logged into your account.', 'null', {
      'set-cookie': `${this.cookie}; Path=${this.basePath}/; Max-Age=21600; HttpOnly; SameSite=Lax`,
    });
  }

  #isLoggedIn(headers: FakeRequest['headers']): boolean {
    if (this.version === 3 && headers.authorization === `Bearer ${this.token}`) return true;
    return headers.cookie === this.cookie;
  }

  #loggedOut(isScript: boolean): FakeAnswer {
    if (this.isOld) return message(false, 'The login session has expired, please log in again');
    if (isScript)
      return { status: 401, body: this.version === 3 ? '' : '{"success":false,"msg":"login again","obj":null}' };
    return this.version === 3
      ? { status: 404, body: '' }
      : { status: 307, headers: { location: this.basePath }, body: '' };
  }

  #traffic(client: FakeClient, index: number): string {
    const { email, up, down, inbounds = [1], lastOnline = 0, isLimited = false } = client;
    const enable = client.settings?.enable !== false && !isLimited;
    const keys = `"uuid":"uuid-of-${email}","subId":"sub-of-${email}"`;
    const counters = `"up":${up},"down":${down},"allTime":1,"expiryTime":0,"total":10737418240,"reset":30`;
    return `{"id":${index + 1},"inboundId":${inbounds[0]},"enable":${enable},"email":${JSON.stringify(email)},${keys},${counters},"lastOnline":${lastOnline}}`;
  }

  #record(client: FakeClient, index: number): string {
    const { email, inbounds = [1] } = client;
    const enable = client.settings?.enable !== false;
    const record = `"id":${index + 1},"email":${JSON.stringify(email)},"enable":${enable},"uuid":"uuid-of-${email}","password":"","comment":"a \\"b\\" [c"`;
    return `{${record},"inboundIds":[${inbounds.join(',')}],"traffic":${this.#traffic(client, index)}}`;
  }

  /** `clientStats` of `GET inbounds/get/ID` is null. */
  #inbound(id: number, counted: readonly FakeClient[]): string {
    const { up, down, protocol = 'vless' } = this.inbounds[id - 1] ?? { up: 0n, down: 0n };
    // A readable share of the largest panels: their settings are passed over in most tests.
    const shown = this.clients.length > 1000 ? this.clients.slice(0, 3) : this.clients;
    const clients = shown.filter((client) => (client.inbounds ?? [1]).includes(id));
    const settings = JSON.stringify({ clients: clients.map((client) => this.settingsOf(client)), decryption: 'none' });
    const stream = JSON.stringify({ realitySettings: { privateKey: 'privateKey-of-the-inbound' } });
    const stats = counted.length === 0 ? 'null' : `[${counted.map((one, n) => this.#traffic(one, n)).join(',')}]`;
    const texts = `"settings":${JSON.stringify(settings)},"streamSettings":${JSON.stringify(stream)},"tag":"inbound-443"`;
    return `{"id":${id},"up":${up},"down":${down},"total":0,"remark":"main","enable":true,"trafficReset":"never","clientStats":${stats},"listen":"","port":443,"protocol":"${protocol}",${texts},"sniffing":"{}"}`;
  }
}

function message(success: boolean, msg: string, obj = 'null', headers: Record<string, string> = {}): FakeAnswer {
  return { status: 200, headers, body: `{"success":${success},"msg":${JSON.stringify(msg)},"obj":${obj}}` };
}

const data = (obj: string): FakeAnswer => ({ ...message(true, '', obj), isData: true });

function inboundOf({ inbounds = [1] }: FakeClient): number {
  return inbounds[0] ?? 1;
}
