import { createHash } from 'node:crypto';
import { type FakeAnswer, type FakeRequest, FakeWeb } from './fake-web.ts';

export interface FakeTelemtUser {
  readonly username: string;
  octets: bigint;
  isEnabled: boolean;
  readonly quota?: number;
}

interface Listed {
  readonly users: readonly FakeTelemtUser[] | null;
  readonly text: string;
  readonly revision: string;
}

/**
 * Speaks what the control interface of telemt 3 speaks (src/api, docs/Architecture/API/API.md), with everything that an answer
 * carries besides: links with secrets among it.
 */
export class FakeTelemt {
  readonly web = new FakeWeb((request) => this.#answer(request));
  readonly token = 'Bearer hunter2-telemt';
  users: FakeTelemtUser[] = [];
  uptimeSeconds = 5000;
  isReadOnly = false;
  countsUsers = true;
  /** Who was enabled or disabled, as often as it was. */
  readonly changed: string[] = [];
  /** Runs before each answer. */
  onAsked: (path: string) => void = () => {};
  /** Runs between a request that reads one user and the next one. */
  onRead: () => void = () => {};

  #listed: Listed = { users: null, text: '', revision: '' };

  /** Makes the answer now, so that a question costs nothing but sending it. Whoever changes users makes a new list of them. */
  prepare(): Listed {
    if (this.#listed.users === this.users) return this.#listed;
    const text = `[${this.users.map(userText).join(',')}]`;
    const revision = createHash('sha256').update(text).digest('hex');
    this.#listed = { users: this.users, text, revision };
    return this.#listed;
  }

  start(): Promise<number> {
    return this.web.start();
  }

  get secrets(): readonly string[] {
    return ['hunter2-telemt', 'secret-of-', 'ee0123456789abcdef'];
  }

  #answer({ method, url, headers }: FakeRequest): FakeAnswer {
    if (headers.authorization !== this.token) return failure(401, 'unauthorized', 'Missing or invalid Authorization');
    if (method === 'POST') return this.#post(url.pathname, headers['if-match']);
    if (method !== 'GET') return failure(405, 'method_not_allowed', 'Unsupported HTTP method');
    const path = url.pathname.replace(/(.)\/$/, '$1');
    this.onAsked(path);
    if (path === '/v1/users' || path === '/v1/stats/users') return this.#success(this.prepare().text, true);
    if (path === '/v1/system/info')
      return this.#success(
        `{"version":"3.3.15","process_started_at_epoch_secs":1,"uptime_seconds":${this.uptimeSeconds.toFixed(3)},"config_path":"/etc/telemt.toml"}`,
      );
    if (path === '/v1/security/posture')
      return this.#success(`{"api_read_only":${this.isReadOnly},"telemetry_user_enabled":${this.countsUsers}}`);
    const user = this.#find(/^\/v1\/users\/([^/]+)$/.exec(path)?.[1]);
    if (user === undefined) return failure(404, 'not_found', 'User not found');
    const answer = this.#success(userText(user));
    this.onRead();
    return answer;
  }

  #post(path: string, ifMatch: unknown): FakeAnswer {
    const [, name, verb] = /^\/v1\/users\/([^/]+)\/(enable|disable)$/.exec(path) ?? [];
    if (name === undefined) return failure(404, 'not_found', 'Route not found');
    if (this.isReadOnly) return failure(403, 'read_only', 'API runs in read-only mode');
    if (ifMatch !== undefined && ifMatch !== this.prepare().revision)
      return failure(409, 'revision_conflict', 'Config revision mismatch');
    const user = this.#find(name);
    if (user === undefined) return failure(404, 'not_found', 'User not found');
    user.isEnabled = verb === 'enable';
    this.users = [...this.users];
    this.changed.push(user.username);
    return this.#success(userText(user));
  }

  #find(name: string | undefined): FakeTelemtUser | undefined {
    return this.users.find(({ username }) => username === decodeURIComponent(name ?? ''));
  }

  #success(data: string, isData = false): FakeAnswer {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    return { status: 200, headers, body: `{"ok":true,"data":${data},"revision":"${this.prepare().revision}"}`, isData };
  }
}

function failure(status: number, code: string, message: string): FakeAnswer {
  return { status, body: JSON.stringify({ ok: false, error: { code, message }, request_id: 7 }) };
}

function userText({ username, octets, isEnabled, quota }: FakeTelemtUser): string {
  const links = {
    classic: [`tg://proxy?server=198.51.100.7&port=443&secret=secret-of-${username}`],
    secure: [],
    tls: [`tg://proxy?server=198.51.100.7&port=443&secret=ee0123456789abcdef`],
    tls_domains: [{ domain: 'front.example.com', link: 'tg://proxy?secret=ee0123456789abcdef' }],
  };
  const limits = `"user_ad_tag":null,"max_tcp_conns":50,"expiration_rfc3339":null,"data_quota_bytes":${quota ?? null}`;
  const connections = isEnabled ? 2 : 0;
  return (
    `{"username":${JSON.stringify(username)},"enabled":${isEnabled},"in_runtime":true,${limits},"max_unique_ips":null,` +
    `"current_connections":${connections},"active_unique_ips":${connections},"active_unique_ips_list":["203.0.113.5"],` +
    `"recent_unique_ips":1,"recent_unique_ips_list":["203.0.113.5"],"total_octets":${octets},"links":${JSON.stringify(links)}}`
  );
}
