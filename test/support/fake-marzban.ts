import { type FakeAnswer, type FakeRequest, FakeWeb } from './fake-web.ts';

export interface FakeMarzbanUser {
  readonly username: string;
  /** `lifetime_used_traffic`: what was reset, and what is used now. */
  lifetime: bigint;
  /** `used_traffic`, which counts against `data_limit`; 5 unless told otherwise. */
  used?: bigint;
  /** The admin who has it, `owner` unless told otherwise. */
  owner?: string;
  createdAt: string;
  onlineAt: string | null;
  /** `active` unless told otherwise. */
  status?: string;
  /** 10 GiB unless told otherwise; null: unlimited. */
  dataLimit?: bigint | null;
  /** `month` unless told otherwise; Marzneshin: `no_reset`. */
  resetStrategy?: 'no_reset' | 'day' | 'week' | 'month' | 'year';
  /** When it was reset last; as created unless told otherwise. */
  resetAt?: Date;
  onHoldExpireDuration?: number;
}

interface FakeMarzbanNode {
  readonly name: string;
  readonly usage_coefficient: number;
  readonly status: 'connected' | 'connecting' | 'error' | 'disabled';
}

/** Which panel of the family it is. */
export type FakePanel = 'marzban' | 'pasarguard' | 'marzneshin';

/**
 * Speaks what Marzban 0.8.4 speaks to those who read its users: app/routers/{admin,user,node,system}.py and the models
 * behind them, with everything that an answer carries besides, secrets among it. Or what PasarGuard 5 does (the same paths), or
 * Marzneshin 0.7 (app/routes/{admin,user,node}.py).
 */
export class FakeMarzban {
  readonly web = new FakeWeb((request) =>
    this.panel === 'marzneshin' ? this.#marzneshin(request) : this.#answer(request),
  );
  readonly panel: FakePanel;
  readonly username = 'reader';
  readonly password = 'pässword & more';
  users: FakeMarzbanUser[] = [];
  nodes: FakeMarzbanNode[] = [{ name: 'de-1', usage_coefficient: 1.5, status: 'connected' }];
  isSudo = true;
  /** Called before each page of users. */
  onPage: (offset: number) => void = () => {};
  logins = 0;
  /** `users_usage` of admins. */
  readonly adminUsage = new Map<string, bigint>();
  /** Changes of users, as they came. */
  readonly puts: string[] = [];
  #token = 0;
  #rows: { users: FakeMarzbanUser[]; texts: string[] } = { users: [], texts: [] };

  constructor(panel: FakePanel = 'marzban') {
    this.panel = panel;
  }

  start(): Promise<number> {
    return this.web.start();
  }

  /** Writes the rows of all users now, and not while somebody waits for them. */
  prepare(): void {
    if (this.#rows.users !== this.users)
      this.#rows = { users: this.users, texts: this.users.map((user) => userText(user, this.panel)) };
  }

  /** Every token given out so far is refused from now on. */
  endTokens(): void {
    this.#token += 1;
  }

  get token(): string {
    return `eyJhbGciOiJIUzI1NiJ9.token-${this.#token}.signature`;
  }

  /** Texts that no reader may keep or repeat. */
  get secrets(): readonly string[] {
    return [this.password, this.token, 'uuid-of-', 'password-of-', 'vless://', '/sub/'];
  }

  #answer({ method, url, headers, body }: FakeRequest): FakeAnswer {
    if (method === 'POST' && url.pathname === '/api/admin/token') return this.#logIn(new URLSearchParams(body));
    if (headers.authorization !== `Bearer ${this.token}`)
      return json(401, { detail: 'Could not validate credentials' }, { 'www-authenticate': 'Bearer' });
    const [, name] = /^\/api\/user\/([^/]+)$/.exec(url.pathname) ?? [];
    if (name !== undefined) return this.#user(method, decodeURIComponent(name), body);
    const [, what = '', whose] =
      /^\/api\/(user|admin\/usage|admin\/usage\/reset)\/([^/]+)(?:\/reset)?$/.exec(url.pathname) ?? [];
    if (whose !== undefined) return this.#resetOrUsage(method, what, decodeURIComponent(whose));
    switch (`${method} ${url.pathname}`) {
      case 'POST /api/users/reset':
        if (!this.isSudo) return json(403, { detail: "You're not allowed" });
        for (const user of this.users) this.#reset(user);
        return json(200, { detail: 'Users successfully reset.' });
      case 'GET /api/admins':
        return json(
          200,
          [...this.adminUsage.keys()].map((admin) => this.#admin(admin)),
        );
      case 'GET /api/users':
        return this.#users(url.searchParams);
      case 'GET /api/admin':
        return json(200, this.#current());
      case 'GET /api/system':
        return json(200, { version: '0.8.4', mem_total: 2 ** 31, total_user: this.users.length, online_users: 1 });
      case 'GET /api/nodes':
        return this.#nodes(this.panel === 'marzban' ? this.nodes : { nodes: this.nodes, total: this.nodes.length });
      default:
        return json(404, { detail: 'Not Found' });
    }
  }

  /** As app/routers/{user,admin}.py: resetting makes a user active who was limited, and (a slip) one who was disabled. */
  #resetOrUsage(method: string, what: string, name: string): FakeAnswer {
    if (what === 'admin/usage' && method === 'GET')
      return { status: 200, body: String(this.adminUsage.get(name) ?? 0n) };
    if (method !== 'POST') return json(405, { detail: 'Method Not Allowed' });
    if (what === 'admin/usage/reset') {
      if (!this.isSudo) return json(403, { detail: "You're not allowed" });
      this.adminUsage.set(name, 0n);
      return json(200, this.#admin(name));
    }
    const user = this.users.find(({ username }) => username === name);
    if (user === undefined) return json(404, { detail: 'User not found' });
    this.#reset(user);
    return { status: 200, body: userText(user, this.panel) };
  }

  #reset(user: FakeMarzbanUser): void {
    user.used = 0n;
    user.status = 'active';
    this.users = [...this.users];
  }

  /** As app/jobs/reset_user_data_usage.py, which runs once an hour, passes over users who are neither active nor limited. */
  runResetJob(now: Date): void {
    for (const user of this.users) {
      const { status = 'active', resetStrategy = 'month', resetAt = new Date(`${user.createdAt}Z`) } = user;
      const days = RESET_DAYS[resetStrategy];
      if (!['active', 'limited'].includes(status) || days === null) continue;
      if (now.getTime() - resetAt.getTime() < days * 86_400_000) continue;
      this.#reset(user);
      user.resetAt = now;
    }
  }

  /** PasarGuard has roles in place of sudo since 4 (app/models/admin.py). */
  #current() {
    if (this.panel === 'marzban') return { ...this.#admin(this.username), is_sudo: this.isSudo };
    return { username: this.username, total_users: this.users.length, role: { id: 1, is_owner: this.isSudo } };
  }

  #nodes(nodes: unknown): FakeAnswer {
    return this.isSudo ? json(200, nodes) : json(403, { detail: "You're not allowed" });
  }

  #marzneshin({ method, url, headers, body }: FakeRequest): FakeAnswer {
    if (method === 'POST' && url.pathname === '/api/admins/token') return this.#logIn(new URLSearchParams(body));
    if (!/^\/api\/(users|admins|nodes)/.test(url.pathname)) return json(404, { detail: 'Not Found' });
    if (headers.authorization !== `Bearer ${this.token}`)
      return json(401, { detail: 'Could not validate credentials' }, { 'www-authenticate': 'Bearer' });
    const [, name, verb] = /^\/api\/users\/([^/]+)(?:\/(enable|disable))?$/.exec(url.pathname) ?? [];
    if (name !== undefined) return this.#marzneshinUser(method, decodeURIComponent(name), verb);
    if (method !== 'GET') return json(405, { detail: 'Method Not Allowed' });
    if (url.pathname === '/api/admins/current')
      return json(200, { username: this.username, is_sudo: this.isSudo, enabled: true, service_ids: [] });
    if (url.pathname === '/api/nodes') {
      const items = this.nodes.map((node) => ({ ...node, status: node.status === 'error' ? 'unhealthy' : 'healthy' }));
      return this.#nodes({ items, total: items.length, page: 1 });
    }
    return this.#page(url.searchParams);
  }

  /** As fastapi-pagination has it. */
  #page(query: URLSearchParams): FakeAnswer {
    const page = Number(query.get('page') ?? 1);
    const size = Number(query.get('size') ?? 50);
    if (page < 1 || size < 1 || size > 100) return json(422, { detail: 'size' });
    this.onPage((page - 1) * size);
    if (query.get('order_by') !== 'username') return json(422, { detail: 'the order has to be known' });
    this.prepare();
    const texts = this.#rows.texts.slice((page - 1) * size, page * size);
    const total = this.users.length;
    const rest = `"total":${total},"page":${page},"size":${size},"pages":${Math.ceil(total / size)}`;
    return { status: 200, body: `{"items":[${texts.join(',')}],${rest}}`, isData: true };
  }

  /** As app/routes/user.py: 409 for one who is that already. */
  #marzneshinUser(method: string, name: string, verb: string | undefined): FakeAnswer {
    const user = this.users.find(({ username }) => username === name);
    if (user === undefined) return json(404, { detail: 'User not found' });
    if (verb !== undefined) {
      if (method !== 'POST') return json(405, { detail: 'Method Not Allowed' });
      this.puts.push(`${name} ${verb}`);
      const isDisabled = user.status === 'disabled';
      if (isDisabled === (verb === 'disable')) return json(409, { detail: `User is already ${verb}d` });
      user.status = verb === 'disable' ? 'disabled' : 'active';
      this.users = [...this.users];
    }
    return { status: 200, body: userText(user, this.panel) };
  }

  #admin(username: string) {
    return { username, is_sudo: true, telegram_id: null, users_usage: Number(this.adminUsage.get(username) ?? 0n) };
  }

  #logIn(form: URLSearchParams): FakeAnswer {
    this.logins += 1;
    const isRight = form.get('username') === this.username && form.get('password') === this.password;
    if (!isRight || form.get('grant_type') !== 'password')
      return json(401, { detail: 'Incorrect username or password' });
    return json(200, { access_token: this.token, token_type: 'bearer' });
  }

  /** As app/routers/user.py: PUT changes what it is told, and takes active, disabled and on_hold alone. */
  #user(method: string, name: string, body: string): FakeAnswer {
    const user = this.users.find(({ username }) => username === name);
    if (user === undefined) return json(404, { detail: 'User not found' });
    if (method === 'PUT') {
      const change = JSON.parse(body) as { status?: string; on_hold_expire_duration?: number };
      this.puts.push(`${name} ${body}`);
      if (!['active', 'disabled', 'on_hold'].includes(change.status ?? '')) return json(422, { detail: 'status' });
      if (change.status === 'on_hold' && !change.on_hold_expire_duration)
        return json(422, { detail: 'on_hold_expire_duration cannot be 0 or None' });
      user.status = change.status ?? 'active';
      if (user.status === 'on_hold') user.onHoldExpireDuration = change.on_hold_expire_duration ?? 0;
      this.users = [...this.users];
    }
    return { status: 200, body: userText(user, this.panel) };
  }

  #users(query: URLSearchParams): FakeAnswer {
    const offset = Number(query.get('offset') ?? 0);
    this.onPage(offset);
    if (query.get('sort') !== 'username') return json(422, { detail: 'the order has to be known' });
    this.prepare();
    const page = this.#rows.texts.slice(offset, offset + Number(query.get('limit') ?? this.users.length));
    return { status: 200, body: `{"users":[${page.join(',')}],"total":${this.users.length}}`, isData: true };
  }
}

const RESET_DAYS = { no_reset: null, day: 1, week: 7, month: 30, year: 365 } as const;

function json(status: number, value: unknown, headers: Record<string, string> = {}): FakeAnswer {
  return { status, headers, body: JSON.stringify(value) };
}

/** In the order and with the fields of UserResponse; PasarGuard and Marzneshin have no links in it. */
function userText(user: FakeMarzbanUser, panel: FakePanel): string {
  if (panel === 'marzneshin') return marzneshinText(user);
  const { username, lifetime, used = 5n, createdAt, onlineAt, status = 'active', owner = 'owner' } = user;
  const { onHoldExpireDuration = null, dataLimit = 10_737_418_240n, resetStrategy = 'month' } = user;
  const rest = {
    expire: null,
    data_limit: dataLimit === null ? null : Number(dataLimit),
    data_limit_reset_strategy: resetStrategy,
    inbounds: { vless: ['VLESS TCP "REALITY"', 'VLESS \\ gRPC'] },
    note: 'paid until "may" \\o/ {[',
    sub_updated_at: null,
    sub_last_user_agent: 'v2rayNG/1.8.5',
    online_at: onlineAt,
    username,
    status,
    on_hold_expire_duration: onHoldExpireDuration,
    on_hold_timeout: null,
    used_traffic: Number(used),
  };
  const after = {
    created_at: createdAt,
    ...(panel === 'marzban'
      ? { links: [`vless://uuid-of-${username}@192.0.2.1:443?security=reality#${username}`] }
      : {}),
    subscription_url: `/sub/${username}-signature`,
    excluded_inbounds: { vless: [] },
    admin: { username: owner, is_sudo: true, telegram_id: null },
  };
  const proxies = `{"vless":{"id":"uuid-of-${username}"},"trojan":{"password":"password-of-${username}"}}`;
  const counters = `"lifetime_used_traffic":${lifetime},`;
  return `{"proxies":${proxies},${JSON.stringify(rest).slice(1, -1)},${counters}${JSON.stringify(after).slice(1)}`;
}

/** Of app/models/user.py of Marzneshin. The key of a user is a secret, as its subscription is. */
function marzneshinText(user: FakeMarzbanUser): string {
  const { username, lifetime, used = 5n, createdAt, onlineAt, status = 'active', owner = 'owner' } = user;
  const { dataLimit = 10_737_418_240n, resetStrategy = 'no_reset' } = user;
  const before = {
    ...{
      id: 7,
      username,
      expire_strategy: 'never',
      expire_date: null,
      usage_duration: null,
      key: `uuid-of-${username}`,
    },
    ...{
      data_limit: dataLimit === null ? null : Number(dataLimit),
      data_limit_reset_strategy: resetStrategy,
      note: 'a {[ "',
    },
    ...{ online_at: onlineAt, activated: status === 'active', is_active: status === 'active' || status === 'on_hold' },
    ...{ expired: status === 'expired', data_limit_reached: status === 'limited', enabled: status !== 'disabled' },
    used_traffic: Number(used),
  };
  const after = {
    ...{
      sub_revoked_at: null,
      created_at: createdAt,
      service_ids: [1],
      subscription_url: `/sub/${username}-signature`,
    },
    ...{ owner_username: owner, traffic_reset_at: null },
  };
  return `${JSON.stringify(before).slice(0, -1)},"lifetime_used_traffic":${lifetime},${JSON.stringify(after).slice(1)}`;
}
