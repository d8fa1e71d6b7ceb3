import { type FakeAnswer, type FakeRequest, FakeWeb } from './fake-web.ts';

export interface FakeClient {
  readonly email: string;
  up: bigint;
  down: bigint;
  /** Ids of inbounds; version 2 knows one. */
  inbounds?: readonly number[];
  lastOnline?: number;
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
  inbounds: { up: bigint; down: bigint }[] = [{ up: 7n, down: 77n }];
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
    const list = this.clients.map((client, index) => recordText(client, index)).join(',');
    const inbounds = this.inbounds
      .map((inbound, index) => {
        const own = this.clients.filter(({ inbounds: ids = [1] }) => ids.includes(index + 1));
        return inboundText(index + 1, inbound, own);
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
    return this.#data(method, path);
  }

  #data(method: string, path: string): FakeAnswer {
    this.prepare();
    const text = this.#text ?? { list: '', inbounds: '' };
    if (method !== 'GET') return { status: 404, body: '404 page not found' };
    if (path === 'panel/api/inbounds/list') return data(`[${text.inbounds}]`);
    if (path === 'panel/api/clients/list' && this.version === 3) return data(`[${text.list}]`);
    if (path === 'panel/api/server/status') return data('{"cpu":1.5,"xray":{"state":"running","version":"25.8.3"}}');
    return { status: 404, body: '404 page not found' };
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
}

function message(success: boolean, msg: string, obj = 'null', headers: Record<string, string> = {}): FakeAnswer {
  return { status: 200, headers, body: `{"success":${success},"msg":${JSON.stringify(msg)},"obj":${obj}}` };
}

const data = (obj: string): FakeAnswer => ({ ...message(true, '', obj), isData: true });

function trafficText({ email, up, down, inbounds = [1], lastOnline = 0 }: FakeClient, index: number): string {
  const keys = `"uuid":"uuid-of-${email}","subId":"sub-of-${email}"`;
  const counters = `"up":${up},"down":${down},"allTime":1,"expiryTime":0,"total":10737418240,"reset":30`;
  return `{"id":${index + 1},"inboundId":${inbounds[0]},"enable":true,"email":${JSON.stringify(email)},${keys},${counters},"lastOnline":${lastOnline}}`;
}

function recordText(client: FakeClient, index: number): string {
  const { email, inbounds = [1] } = client;
  const record = `"id":${index + 1},"email":${JSON.stringify(email)},"uuid":"uuid-of-${email}","password":"","comment":"a \\"b\\" [c"`;
  return `{${record},"inboundIds":[${inbounds.join(',')}],"traffic":${trafficText(client, index)}}`;
}

function inboundText(id: number, { up, down }: { up: bigint; down: bigint }, clients: readonly FakeClient[]): string {
  const settings = JSON.stringify({
    clients: clients.slice(0, 3).map(({ email }) => ({ id: `uuid-of-${email}`, email })),
  });
  const stream = JSON.stringify({ realitySettings: { privateKey: 'privateKey-of-the-inbound' } });
  const stats = clients.length === 0 ? 'null' : `[${clients.map(trafficText).join(',')}]`;
  const texts = `"settings":${JSON.stringify(settings)},"streamSettings":${JSON.stringify(stream)},"tag":"inbound-443"`;
  return `{"id":${id},"up":${up},"down":${down},"total":0,"remark":"main","enable":true,"trafficReset":"never","clientStats":${stats},"listen":"","port":443,"protocol":"vless",${texts},"sniffing":"{}"}`;
}
