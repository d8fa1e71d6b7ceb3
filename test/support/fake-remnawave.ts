import { type FakeAnswer, type FakeRequest, FakeWeb } from './fake-web.ts';

export interface FakeRemnawaveUser {
  readonly username: string;
  lifetime: bigint;
  createdAt: string;
  onlineAt: string | null;
  /** `ACTIVE` unless told otherwise. */
  status?: string;
}

/**
 * Speaks what Remnawave speaks to those who read its users: 2.0 (figures beside the name), 2.7 (in `userTraffic`) or 3.3
 * (ids are numbers, and there is a stream), after libs/contract, with everything that an answer carries besides.
 */
export class FakeRemnawave {
  readonly web = new FakeWeb((request) => this.#answer(request));
  version: '2.0' | '2.7' | '3.3' = '3.3';
  readonly token = 'eyJhbGciOiJIUzI1NiJ9.api-token.signature';
  users: FakeRemnawaveUser[] = [];
  nodes: object[] = [{ uuid: 'a', name: 'nl-1', consumptionMultiplier: 2, isConnected: true, isDisabled: false }];
  /** What the token may not do is answered 403. */
  mayReadUsersOnly = false;
  onPage: (start: number) => void = () => {};
  /** What was done to users, `disable NAME` or `enable NAME`. */
  readonly acts: string[] = [];
  /** Requests that did not come as through its proxy: it closes without an answer. */
  ignored = 0;
  #rows: { users: FakeRemnawaveUser[]; version: string; texts: string[] } = { users: [], version: '', texts: [] };

  start(): Promise<number> {
    return this.web.start();
  }

  get secrets(): readonly string[] {
    return [this.token, 'uuid-of-', 'password-of-', 'short-of-'];
  }

  prepare(): void {
    if (this.#rows.users === this.users && this.#rows.version === this.version) return;
    const texts = this.users.map((user, index) => userText(user, index, this.version));
    this.#rows = { users: this.users, version: this.version, texts };
  }

  #answer({ method, url, headers }: FakeRequest): FakeAnswer | null {
    if (headers['x-forwarded-for'] === undefined || headers['x-forwarded-proto'] !== 'https') {
      this.ignored += 1;
      return null;
    }
    if (headers.authorization !== `Bearer ${this.token}`) return problem(401, 'Unauthorized');
    if (method === 'POST') return this.#act(url.pathname);
    const [, what, name] = /^\/api\/(users|subscriptions)\/by-username\/([^/]+)$/.exec(url.pathname) ?? [];
    if (name !== undefined) return this.#named(what === 'users', decodeURIComponent(name));
    if (url.pathname === '/api/users/stream' && this.version !== '3.3') return problem(400, 'uuid must be a UUID');
    if (url.pathname === '/api/users/stream') return this.#stream(url.searchParams);
    if (url.pathname === '/api/users') return this.#pages(url.searchParams);
    if (this.mayReadUsersOnly) return problem(403, 'Forbidden');
    if (url.pathname === '/api/nodes') return json({ response: this.nodes });
    const isMetadata = url.pathname === '/api/system/metadata' && this.version === '3.3';
    return isMetadata ? json({ response: { version: '3.3.2', build: {} } }) : problem(404, 'Cannot GET');
  }

  #named(isUser: boolean, name: string): FakeAnswer {
    return isUser ? this.#user(({ username }) => username === name) : this.#subscription(name);
  }

  /** As GetSubscriptionByUsernameCommand: links as the panel's own page has them. */
  #subscription(name: string): FakeAnswer {
    if (!this.users.some(({ username }) => username === name)) return problem(404, 'User not found');
    const links = [`vless://uuid-of-${name}@192.0.2.2:443?security=tls#${name}`, 'not a link'];
    const user = { shortUuid: `short-of-${name}`, username: name, isActive: true };
    return json({ response: { isFound: true, user, links, ssConfLinks: {}, subscriptionUrl: `/short-of-${name}` } });
  }

  /** As users.service.ts: who is disabled already is not disabled again. */
  #act(path: string): FakeAnswer {
    const [, id = '', action = ''] = /^\/api\/users\/([^/]+)\/actions\/(enable|disable)$/.exec(path) ?? [];
    if (this.mayReadUsersOnly) return problem(403, 'Forbidden');
    const isIt = ({ username }: FakeRemnawaveUser, index: number) =>
      this.version === '3.3' ? id === String(index + 1) : id === `uuid-of-${username}`;
    const user = this.users.find(isIt);
    if (user === undefined) return problem(404, 'User not found');
    const status = action === 'enable' ? 'ACTIVE' : 'DISABLED';
    if ((user.status ?? 'ACTIVE') === status) return problem(400, `User already ${action}d`);
    user.status = status;
    this.acts.push(`${action} ${user.username}`);
    this.users = [...this.users];
    return this.#user((one) => one === user);
  }

  #user(isIt: (user: FakeRemnawaveUser) => boolean): FakeAnswer {
    const index = this.users.findIndex(isIt);
    const user = this.users[index];
    if (user === undefined) return problem(404, 'User with specified params not found');
    return { status: 200, body: `{"response":${userText(user, index, this.version)}}` };
  }

  /** Behind an id: positions in the list, which only grow. */
  #stream(query: URLSearchParams): FakeAnswer {
    this.prepare();
    const after = Number(query.get('cursor') ?? 0);
    const size = Number(query.get('size'));
    if (size > 1000) return problem(400, 'size must not be greater than 1000');
    this.onPage(after);
    const texts = this.#rows.texts.slice(after, after + size);
    const hasMore = after + size < this.#rows.texts.length;
    const next = hasMore ? after + size : null;
    return data(`{"response":{"users":[${texts.join(',')}],"nextCursor":${next},"hasMore":${hasMore}}}`);
  }

  #pages(query: URLSearchParams): FakeAnswer {
    const start = Number(query.get('start') ?? 0);
    this.onPage(start);
    this.prepare();
    const texts = this.#rows.texts.slice(start, start + Number(query.get('size') ?? 25));
    return data(`{"response":{"total":${this.users.length},"users":[${texts.join(',')}]}}`);
  }
}

const data = (body: string): FakeAnswer => ({ status: 200, body, isData: true });
const json = (value: unknown): FakeAnswer => ({ status: 200, body: JSON.stringify(value) });

function problem(status: number, message: string): FakeAnswer {
  const body = { timestamp: '2026-03-01T12:00:00.000Z', path: '/api', message, errorCode: 'A001' };
  return { status, body: JSON.stringify(body) };
}

function userText(user: FakeRemnawaveUser, index: number, version: string): string {
  const { username, lifetime, createdAt, onlineAt } = user;
  const ids = version === '3.3' ? `"id":${index + 1}` : `"uuid":"uuid-of-${username}","id":${index + 1}`;
  const figures = `"usedTrafficBytes":1,"lifetimeUsedTrafficBytes":${lifetime},"onlineAt":${JSON.stringify(onlineAt)}`;
  const traffic = version === '2.0' ? figures : `"userTraffic":{${figures},"lastConnectedNodeUuid":null}`;
  const rest = {
    shortUuid: `short-of-${username}`,
    status: user.status ?? 'ACTIVE',
    trafficLimitBytes: 0,
    trafficLimitStrategy: 'MONTH_ROLLING',
    description: 'a "quoted" {[ note \\',
    trojanPassword: `password-of-${username}`,
    vlessUuid: `uuid-of-${username}`,
    ssPassword: `password-of-${username}`,
    createdAt,
    subscriptionUrl: `https://sub.example.com/short-of-${username}`,
    activeInternalSquads: [{ uuid: 'b', name: 'default' }],
  };
  return `{${ids},"username":${JSON.stringify(username)},${traffic},${JSON.stringify(rest).slice(1)}`;
}
