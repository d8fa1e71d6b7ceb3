/** Who owns a peer for some time; `claimed`: and got the history of the time before, in which nobody owned it. */
export interface Ownership {
  readonly userId: string;
  readonly fromMs: number;
  /** Null: until further notice. */
  readonly toMs: number | null;
  readonly claimed: boolean;
  /** The claimed history counts in the running cycle. */
  readonly inCycle: boolean;
}

/** What becomes of the owners of a peer when a time is given to somebody else. */
export interface Rebound<O extends Ownership> {
  /** In force before, and not any more. */
  readonly voided: readonly O[];
  /** In the order in which they are to be kept. */
  readonly made: readonly Ownership[];
}

/**
 * Gives `[fromMs, toMs)` of a peer to a user; without a user, and then up to now and for ever, to nobody. `owners` in
 * order, those of one instant as they were made. What was claimed from before that time stays with who claimed it.
 */
export function rebind<O extends Ownership>(
  owners: readonly O[],
  userId: string | null,
  fromMs: number,
  toMs: number | null,
): Rebound<O> {
  const end = toMs ?? Number.POSITIVE_INFINITY;
  const voided = owners.filter((owner) => owner.fromMs < end && endOf(owner) > fromMs);
  const before = voided
    .filter((owner) => owner.fromMs < fromMs)
    .map((owner) => ({ ...ownership(owner), toMs: fromMs }));
  const given = userId === null ? [] : [{ userId, fromMs, toMs, claimed: false, inCycle: true }];
  const after = voided
    .filter((owner) => endOf(owner) > end)
    .map((owner) => ({ ...ownership(owner), fromMs: end, claimed: false }));
  const claimer = before.length > 0 ? undefined : owners.find((owner) => owner.fromMs >= fromMs);
  const isKept = claimer === undefined || !claimer.claimed || endOf(claimer) === fromMs;
  // Owned for no time at all: says whose the time before it is.
  const empty = isKept ? [] : [{ ...ownership(claimer), fromMs, toMs: fromMs }];
  return { voided, made: [...before, ...empty, ...given, ...after] };
}

/** Whether a user (or, null, nobody) owns all of that time already. */
export function isOwnedBy(
  owners: readonly Ownership[],
  userId: string | null,
  fromMs: number,
  toMs: number | null,
): boolean {
  const end = toMs ?? Number.POSITIVE_INFINITY;
  const inside = owners.filter((owner) => owner.fromMs < end && endOf(owner) > fromMs && endOf(owner) > owner.fromMs);
  if (userId === null) return inside.length === 0;
  let ownedTo = fromMs;
  for (const owner of inside) if (owner.userId === userId && owner.fromMs <= ownedTo) ownedTo = endOf(owner);
  return ownedTo >= end;
}

function ownership({ userId, fromMs, toMs, claimed, inCycle }: Ownership): Ownership {
  return { userId, fromMs, toMs, claimed, inCycle };
}

function endOf({ toMs }: Ownership): number {
  return toMs ?? Number.POSITIVE_INFINITY;
}
