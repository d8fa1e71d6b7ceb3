import { describe, expect, it } from 'vitest';
import { isOwnedBy, type Ownership, rebind } from './rebind.ts';

const owned = (userId: string, fromMs: number, toMs: number | null, claimed = false): Ownership => {
  return { userId, fromMs, toMs, claimed, inCycle: true };
};
/** What holds afterwards. */
const rebound = (owners: readonly Ownership[], userId: string | null, fromMs: number, toMs: number | null = null) => {
  const { voided, made } = rebind(owners, userId, fromMs, toMs);
  return [...owners.filter((owner) => !voided.includes(owner)), ...made]
    .sort((a, b) => a.fromMs - b.fromMs)
    .map((owner) => `${owner.userId} ${owner.fromMs}-${owner.toMs ?? ''}${owner.claimed ? ' claimed' : ''}`);
};

describe('a peer whose past is given away', () => {
  const owners = [owned('ann', 10, 20, true), owned('ben', 30, null)];

  it('belongs to its new owner from then on, and to nobody else', () => {
    expect(rebound(owners, 'cid', 40)).toEqual(['ann 10-20 claimed', 'ben 30-40', 'cid 40-']);
    expect(rebound(owners, 'cid', 15)).toEqual(['ann 10-15 claimed', 'cid 15-']);
    expect(rebound(owners, null, 15)).toEqual(['ann 10-15 claimed']);
  });

  it('comes back to its owner where only a part is given', () => {
    expect(rebound(owners, 'cid', 40, 50)).toEqual(['ann 10-20 claimed', 'ben 30-40', 'cid 40-50', 'ben 50-']);
    expect(rebound(owners, 'cid', 12, 35)).toEqual(['ann 10-12 claimed', 'cid 12-35', 'ben 35-']);
  });

  it('leaves what was claimed from before that time to who claimed it', () => {
    expect(rebound(owners, 'cid', 10)).toEqual(['ann 10-10 claimed', 'cid 10-']);
    expect(rebound(owners, 'cid', 5, 7)).toEqual(['ann 5-5 claimed', 'cid 5-7', 'ann 10-20 claimed', 'ben 30-']);
    expect(rebound([owned('ann', 10, 10, true), owned('cid', 10, null)], 'dan', 10)).toEqual([
      'ann 10-10 claimed',
      'dan 10-',
    ]);
  });

  it('is told to be theirs only if all of that time is', () => {
    const twice = [owned('ann', 10, 20), owned('ann', 20, null)];
    expect(isOwnedBy(twice, 'ann', 15, null)).toBe(true);
    expect(isOwnedBy(twice, 'ann', 5, 25)).toBe(false);
    expect(isOwnedBy(owners, 'ann', 15, 25)).toBe(false);
    expect(isOwnedBy(owners, null, 20, 30)).toBe(true);
    expect(isOwnedBy(owners, null, 20, null)).toBe(false);
  });
});
