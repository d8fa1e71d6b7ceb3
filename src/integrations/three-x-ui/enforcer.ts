import type {
  AccessChange,
  Enforcer,
  EnforcerAbilities,
  EnforcerTarget,
  Outcome,
  Seen,
} from '../../core/access/enforcer.ts';
import { asProblem } from '../../core/access/one-by-one.ts';
import { SourceFailure } from '../../core/errors.ts';
import type { ThreeXuiSession } from './session.ts';
import { type Place, readClient, readSwitches, type Switch } from './switches.ts';

export const THREE_X_UI_ABILITIES: EnforcerAbilities = {
  code: 'access-three-x-ui',
  means: 'the client is disabled in the panel',
  liveSessions: 'stay',
  countsDropped: false,
  isShownInPolls: true,
  keepsSecrets: false,
  caveats: [
    'Xray takes the client away from new connections; those that are open stay until they end.',
    'Before version 3 the panel can only write a client as a whole: it is read, compared, and written with its switch changed alone.',
    'An API token needs the scope "admin".',
  ],
};

/** Nothing else is changed, so nothing else has to be put back. */
const ENABLED = 'enabled';

/**
 * Disables clients of a 3x-ui panel and enables them again: by `clients/bulkDisable` and `bulkEnable` of version 3
 * (internal/web/service/client_bulk.go), by `inbounds/updateClient` of version 2 (web/service/inbound.go).
 */
export class ThreeXuiEnforcer implements Enforcer {
  readonly #session: ThreeXuiSession;

  constructor(session: ThreeXuiSession) {
    this.#session = session;
  }

  async look(targets: readonly EnforcerTarget[], signal: AbortSignal): Promise<readonly Seen[]> {
    const { clients } = await readSwitches(this.#session, signal);
    return targets.map(({ key }) => {
      const found = clients.get(key);
      if (found === undefined) return { state: 'absent' };
      return found.state === 'on' ? { state: 'active', kept: ENABLED } : { state: 'suspended' };
    });
  }

  suspend(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#set(changes, 'on', signal);
  }

  /** What the panel limited itself is the panel's. */
  restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#set(changes, 'off', signal);
  }

  async close(): Promise<void> {
    this.#session.close();
  }

  /** Switches those over that stand at `from`. */
  async #set(changes: readonly AccessChange[], from: 'on' | 'off', signal: AbortSignal): Promise<readonly Outcome[]> {
    const { version, clients } = await readSwitches(this.#session, signal);
    const outcomes = new Map<string, Outcome>();
    const due: [string, Switch][] = [];
    for (const { target } of changes) {
      const found = clients.get(target.key);
      if (found === undefined) outcomes.set(target.key, 'absent');
      else if (found.state !== from) outcomes.set(target.key, 'changed');
      else due.push([target.key, found]);
    }
    if (version === 3) await this.#inBulk(due, from, outcomes, signal);
    else await this.#eachAlone(due, from, outcomes, signal);
    return changes.map(({ target }) => outcomes.get(target.key) ?? 'absent');
  }

  async #inBulk(
    due: readonly [string, Switch][],
    from: 'on' | 'off',
    outcomes: Map<string, Outcome>,
    signal: AbortSignal,
  ) {
    if (due.length === 0) return;
    const route = from === 'on' ? 'bulkDisable' : 'bulkEnable';
    const emails = due.map(([email]) => email);
    const shape = { skipped: [{ email: 'value', reason: 'value' }] } as const;
    const answer = await this.#session.post(`panel/api/clients/${route}`, { emails }, shape, signal);
    if (answer === null) throw tooEarly();
    for (const email of emails) outcomes.set(email, 'done');
    const { skipped } = (answer.obj ?? {}) as { skipped?: readonly { email?: unknown; reason?: unknown }[] };
    for (const { email, reason } of skipped ?? []) outcomes.set(String(email), failed(String(reason)));
  }

  /** One client that cannot be changed does not keep the others waiting; a panel that is away does. */
  async #eachAlone(
    due: readonly [string, Switch][],
    from: 'on' | 'off',
    outcomes: Map<string, Outcome>,
    signal: AbortSignal,
  ) {
    for (const [email, { place }] of due) {
      if (place !== undefined) outcomes.set(email, await this.#write(place, email, from, signal).catch(asProblem));
    }
  }

  async #write(place: Place, email: string, from: 'on' | 'off', signal: AbortSignal): Promise<Outcome> {
    const client = await readClient(this.#session, place, email, signal);
    if (client === null) return 'absent';
    if ((client.enable === false ? 'off' : 'on') !== from) return 'changed';
    const id = idOf(client, place.protocol);
    if (id === null) return failed('the client has no id');
    const changed = { ...client, enable: from === 'off' };
    const body = { id: place.inboundId, settings: JSON.stringify({ clients: [changed] }) };
    const path = `panel/api/inbounds/updateClient/${encodeURIComponent(id)}`;
    const answer = await this.#session.post(path, body, 'value', signal);
    return answer === null ? failed('it does not find the client by its id') : 'done';
  }
}

const ID_FIELDS: Readonly<Record<string, string>> = {
  trojan: 'password',
  shadowsocks: 'email',
  hysteria: 'auth',
  hysteria2: 'auth',
};

/** By what the panel finds a client depends on its protocol (UpdateInboundClient). */
function idOf(client: Readonly<Record<string, unknown>>, protocol: string): string | null {
  const id = client[ID_FIELDS[protocol] ?? 'id'];
  return typeof id === 'string' && id !== '' ? id : null;
}

function tooEarly(): SourceFailure {
  return new SourceFailure('access-not-supported', 'This version of 3x-ui cannot switch a single client.', {
    hint: 'Early releases of version 3 have no bulkDisable: update the panel.',
  });
}

function failed(reason: string): Outcome {
  const text = reason.replace(/[^\p{L}\p{N}\p{P}\p{Zs}]/gu, ' ').slice(0, 200);
  const message = `The panel left the client as it was: ${text}.`;
  return { problem: { code: 'access-failed', message, hint: 'Look at the client in the panel.' } };
}
