import type {
  AccessChange,
  Enforcer,
  EnforcerAbilities,
  EnforcerTarget,
  Outcome,
  Seen,
} from '../../core/access/enforcer.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import { failure, garbled } from './failures.ts';
import { quoteOutput } from './scan.ts';
import type { AccessTransport } from './transport.ts';

/**
 * A peer without allowed-ips is a peer whose packets are dropped both ways; its keys, its endpoint and its counters stay.
 * No secret is needed to give them back.
 */
export const WIREGUARD_ABILITIES: EnforcerAbilities = {
  code: 'access-wireguard',
  means: 'its allowed-ips are taken away, and given back as they were',
  liveSessions: 'cut',
  countsDropped: true,
  isShownInPolls: true,
  keepsSecrets: false,
  caveats: [
    'A configuration that is saved while a peer is suspended (wg-quick with SaveConfig, wg showconf) keeps it suspended.',
  ],
};

/** Orders in one command: some 10 KB, far below what one word of a command may have. */
const MOST_AT_ONCE = 100;
const KEY = /^[A-Za-z0-9+/]{42,43}={1,2}$/;
const ADDRESSES = /^[0-9a-fA-F.:/,]+$/;
const PLACE = /^(?:\.|[A-Za-z0-9][A-Za-z0-9_.-]*)$/;
const INTERFACE = /^[A-Za-z0-9_=+.@][A-Za-z0-9_=+.@-]*$/;

/** Takes the allowed-ips of WireGuard and AmneziaWG peers away and gives them back, through the node's script. */
export class WireguardEnforcer implements Enforcer {
  readonly #transport: AccessTransport;

  constructor(transport: AccessTransport) {
    this.#transport = transport;
  }

  async look(targets: readonly EnforcerTarget[], signal: AbortSignal): Promise<readonly Seen[]> {
    const seen = new Map<EnforcerTarget, Seen>();
    for (const [service, group] of byService(targets, (target) => target)) {
      const { peers, problem } = parseAnswer(await this.#transport.ask(['look', ...wordsOf(service)], signal));
      for (const target of group) seen.set(target, problem === null ? seenOf(peers.get(target.key)) : toSeen(problem));
    }
    return targets.map((target) => seen.get(target) ?? { state: 'absent' });
  }

  suspend(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#change('off', changes, signal);
  }

  restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#change('on', changes, signal);
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #change(verb: 'off' | 'on', changes: readonly AccessChange[], signal: AbortSignal): Promise<Outcome[]> {
    const outcomes = new Map<AccessChange, Outcome>();
    for (const [service, group] of byService(changes, ({ target }) => target)) {
      const usable = group.filter((change) => KEY.test(change.target.key) && ADDRESSES.test(change.kept));
      for (let at = 0; at < usable.length; at += MOST_AT_ONCE) {
        const batch = usable.slice(at, at + MOST_AT_ONCE);
        const orders = batch.flatMap(({ target, kept }) => [verb, target.key, kept]);
        const answer = parseAnswer(await this.#transport.ask(['set', ...wordsOf(service), ...orders], signal));
        for (const change of batch) outcomes.set(change, outcomeOf(answer, change.target.key));
      }
    }
    return changes.map((change) => outcomes.get(change) ?? { problem: UNUSABLE });
  }
}

const UNUSABLE: Notice = { code: 'not-a-peer', message: 'This is not the key of a WireGuard peer.', hint: null };

function byService<T>(items: readonly T[], targetOf: (item: T) => EnforcerTarget): Map<EnforcerTarget, T[]> {
  const groups = new Map<string, [EnforcerTarget, T[]]>();
  for (const item of items) {
    const target = targetOf(item);
    const id = `${target.service}\n${target.identity}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [target, [item]]);
    else group[1].push(item);
  }
  return new Map(groups.values());
}

/** The collector names interfaces of containers `container:wg0`. @throws SourceFailure for what no script may be told */
function wordsOf({ service, identity }: EnforcerTarget): [string, string, string] {
  const colon = service.indexOf(':');
  const place = colon < 0 ? '.' : service.slice(0, colon);
  const name = service.slice(colon + 1);
  if (PLACE.test(place) && INTERFACE.test(name) && KEY.test(identity)) return [place, name, identity];
  throw failure(
    'interface-name-unusable',
    `The name of the interface "${quoteOutput(service)}" has characters that cannot be sent to the node.`,
    'Rename it, with letters, digits, "_", "-", "." alone.',
  );
}

interface Answer {
  readonly peers: ReadonlyMap<string, string>;
  readonly results: ReadonlyMap<string, { readonly verdict: string; readonly error: string }>;
  /** The interface cannot be looked at. */
  readonly problem: 'gone' | Notice | null;
}

function parseAnswer(text: string): Answer {
  const lines = text.split('\n').map((line) => line.split('\t'));
  if (lines[0]?.[0] !== '@xpert-access' || lines[0][1] !== '1') throw garbled('it does not begin as it should');
  const peers = new Map<string, string>();
  const results = new Map<string, { verdict: string; error: string }>();
  for (const [kind, key = '', value = '', error = ''] of lines) {
    if (kind === '@peer') peers.set(key, value === '(none)' ? '' : value);
    if (kind === '@result') results.set(key, { verdict: value, error });
  }
  const end = lines.find(([kind]) => kind === '@end');
  // What was done before the answer broke off is told by looking again.
  if (end === undefined)
    throw failure('output-cut', 'The answer of the node ended early.', 'It will be looked at again.');
  const [, state, said = ''] = end;
  if (state === 'gone') return { peers, results, problem: 'gone' };
  return { peers, results, problem: state === 'failed' ? setFailed(said) : null };
}

function seenOf(ips: string | undefined): Seen {
  if (ips === undefined) return { state: 'absent' };
  return ips === '' ? { state: 'suspended' } : { state: 'active', kept: ips };
}

function toSeen(problem: 'gone' | Notice): Seen {
  return problem === 'gone' ? { state: 'absent' } : { state: 'unusable', problem };
}

function outcomeOf({ results, problem }: Answer, key: string): Outcome {
  if (problem === 'gone') return 'absent';
  if (problem !== null) return { problem };
  const result = results.get(key);
  switch (result?.verdict) {
    case 'go':
      return 'done';
    case 'absent':
      return 'absent';
    case 'changed':
      return 'changed';
    case 'taken':
      return { problem: TAKEN };
    default:
      return { problem: setFailed(result?.error ?? 'no word of this peer') };
  }
}

/** WireGuard would take the address from the other peer without a word. */
const TAKEN: Notice = {
  code: 'address-taken',
  message: 'Another peer of the interface has one of its addresses by now.',
  hint: 'Give that peer another address; then this one gets its own back.',
};

function setFailed(said: string): Notice {
  const isRefused = /not permitted|permission denied/i.test(said);
  return {
    code: isRefused ? 'access-not-permitted' : 'access-failed',
    message: `"wg set" failed on the node: ${quoteOutput(said)}`,
    hint: isRefused
      ? 'Changing peers needs root: run the node setup with access again (xpert node setup NAME --access).'
      : null,
  };
}
