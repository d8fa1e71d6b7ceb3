import type { Action, Answer, PeerAssignment } from './actions.ts';
import type { LedgerState, Pot } from './model-state.ts';

export function addUser(
  state: LedgerState,
  { name, token, countInCycle }: Action & { kind: 'add-user' },
  nowMs: number,
): Answer {
  const known = state.tokens.get(token);
  if (known !== undefined && !(known.released && !known.rotated)) return 'error token-taken';
  state.users.set(name, { deleted: false });
  state.tokens.set(token, {
    user: name,
    sinceMs: nowMs,
    inCycle: countInCycle,
    rotated: false,
    released: false,
  });
  claim(state, (pot) => pot.token === token, name, countInCycle);
  return 'ok';
}

export function deleteUser(state: LedgerState, name: string, nowMs: number): Answer {
  const user = state.users.get(name);
  if (user === undefined || user.deleted) return 'error not-found';
  user.deleted = true;
  for (const token of state.tokens.values()) if (token.user === name) token.released = true;
  for (const owner of state.owners.values()) {
    for (const binding of owner.bindings) {
      if (binding.user === name && binding.toMs === null) binding.toMs = Math.max(binding.fromMs, nowMs);
    }
    if (owner.user === name) owner.user = null;
  }
  return 'ok';
}

export function rotateToken(
  state: LedgerState,
  { name, token }: Action & { kind: 'rotate-token' },
  nowMs: number,
): Answer {
  const user = state.users.get(name);
  if (user === undefined || user.deleted) return 'error not-found';
  const known = state.tokens.get(token);
  if (known !== undefined && known.user === name && !known.rotated) return 'ok';
  const isFree = known === undefined || (known.released && !known.rotated);
  if (!isFree && known.user !== name) return 'error token-taken';
  for (const own of state.tokens.values()) if (own.user === name) own.rotated = true;
  if (known !== undefined && known.user === name) {
    known.rotated = false;
    known.released = false;
  } else {
    state.tokens.set(token, { user: name, sinceMs: nowMs, inCycle: false, rotated: false, released: false });
  }
  claim(state, (pot) => pot.token === token, name, false);
  return 'ok';
}

/** @returns the refusal; null: it is done */
export function assignPeer(state: LedgerState, { peer, user, fromMs, countInCycle }: PeerAssignment): Answer | null {
  const owner = state.owners.get(peer);
  if (owner === undefined || (user !== null && state.users.get(user)?.deleted !== false)) return 'error not-found';
  if (owner.user === user) return null;
  const last = owner.bindings.at(-1);
  if (last !== undefined) {
    if (fromMs < (last.toMs ?? last.fromMs)) return 'error assigned-since';
    last.toMs ??= fromMs;
  }
  const claimed = owner.user === null;
  owner.user = user;
  if (user === null) return null;
  owner.bindings.push({ id: ++state.lastBinding, user, fromMs, toMs: null, claimed, inCycle: countInCycle });
  if (claimed) claim(state, (pot) => pot.peer === peer, user, countInCycle);
  return null;
}

function claim(state: LedgerState, belongs: (pot: Pot) => boolean, user: string, inCycle: boolean): void {
  for (const pot of state.pots) {
    if (pot.user !== null || !belongs(pot)) continue;
    pot.user = user;
    pot.inCycle = inCycle;
  }
}
