import { describe, expect, it } from 'vitest';
import { userNameOf, usersFromComments } from './from-comments.ts';

const peer = (id: number, name: string | null) => ({ id, name });

describe('usersFromComments', () => {
  it('gives peers with the same name to one user and leaves nameless ones out', () => {
    const peers = [peer(1, 'Alice'), peer(2, null), peer(3, 'Bob'), peer(4, ' alice '), peer(5, '   ')];
    expect(usersFromComments(peers).map(({ name, peers: theirs }) => [name, theirs.map(({ id }) => id)])).toEqual([
      ['Alice', [1, 4]],
      ['Bob', [3]],
    ]);
  });

  it('does not guess that a device belongs to the name it begins with', () => {
    expect(usersFromComments([peer(1, 'alice'), peer(2, 'alice-phone')])).toHaveLength(2);
  });
});

describe('userNameOf', () => {
  it('is one line without control or invisible characters', () => {
    expect(userNameOf('  Анна \t K.\u200e\n')).toBe('Анна K.');
    expect(userNameOf('\u0000\u200b')).toBeNull();
    expect(userNameOf(null)).toBeNull();
  });

  it('is cut between characters', () => {
    expect(userNameOf('🙂'.repeat(70))).toBe('🙂'.repeat(64));
  });
});
