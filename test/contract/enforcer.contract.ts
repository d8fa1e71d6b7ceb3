import { afterEach, describe, expect, test } from 'vitest';
import type { Enforcer, EnforcerTarget } from '../../src/core/access/enforcer.ts';
import { SourceFailure } from '../../src/core/errors.ts';

/** A system under control of the test, and the enforcer that changes it. */
export interface EnforcerRig {
  readonly enforcer: Enforcer;
  target(key: string): EnforcerTarget;
  /** Makes peers that get through, with settings of their own. */
  make(keys: readonly string[]): void;
  remove(key: string): void;
  /** Somebody else takes access, or gives it back. */
  byHand(key: string, verb: 'off' | 'on'): void;
  /** Everything that is set of a peer, to be compared. */
  settings(key: string): unknown;
  isOff(key: string): boolean;
  /** Keys of all peers that were changed through the enforcer, as often as they were. */
  touched(): readonly string[];
  away(): Promise<void>;
  close(): Promise<void>;
}

const signal = () => AbortSignal.timeout(10_000);

/** What every enforcer does, whatever it changes: the meaning of the port. */
export function enforcerContract(name: string, make: () => Promise<EnforcerRig>): void {
  describe(`enforcer: ${name}`, () => {
    let rig: EnforcerRig | undefined;
    afterEach(async () => {
      await rig?.close();
      rig = undefined;
    });
    const open = async (...keys: string[]) => {
      rig = await make();
      rig.make(keys);
      return rig;
    };
    const changesOf = async (of: EnforcerRig, ...keys: string[]) => {
      const targets = keys.map((key) => of.target(key));
      const seen = await of.enforcer.look(targets, signal());
      return targets.map((target, n) => ({ target, kept: (seen[n] as { kept: string }).kept }));
    };

    test('looking changes nothing, and tells each peer in its place', async () => {
      const system = await open('a', 'b');
      system.byHand('b', 'off');
      const before = [system.settings('a'), system.settings('b')];
      const targets = ['b', 'missing', 'a'].map((key) => system.target(key));
      const seen = await system.enforcer.look(targets, signal());
      expect(seen.map(({ state }) => state)).toEqual(['suspended', 'absent', 'active']);
      expect([system.settings('a'), system.settings('b')]).toEqual(before);
      expect(system.touched()).toEqual([]);
    });

    test('suspends who it is told, once; restores exactly what was', async () => {
      const system = await open('a', 'b', 'c');
      const before = ['a', 'b', 'c'].map((key) => system.settings(key));
      const changes = await changesOf(system, 'a', 'b');
      expect(await system.enforcer.suspend(changes, signal())).toEqual(['done', 'done']);
      expect(['a', 'b', 'c'].map((key) => system.isOff(key))).toEqual([true, true, false]);
      expect(await system.enforcer.suspend(changes, signal())).toEqual(['changed', 'changed']);
      expect(await system.enforcer.restore(changes, signal())).toEqual(['done', 'done']);
      expect(['a', 'b', 'c'].map((key) => system.settings(key))).toEqual(before);
      expect(await system.enforcer.restore(changes, signal())).toEqual(['changed', 'changed']);
      expect([...system.touched()].sort()).toEqual(['a', 'a', 'b', 'b']);
    });

    test('a peer that is gone is not made anew, and costs the others nothing', async () => {
      const system = await open('a', 'b');
      const changes = await changesOf(system, 'a', 'b');
      system.remove('a');
      expect(await system.enforcer.suspend(changes, signal())).toEqual(['absent', 'done']);
      expect(await system.enforcer.restore(changes, signal())).toEqual(['absent', 'done']);
      expect(system.settings('a')).toBeUndefined();
    });

    test('what somebody else changed in between is theirs', async () => {
      const system = await open('a');
      const changes = await changesOf(system, 'a');
      system.byHand('a', 'off');
      expect(await system.enforcer.suspend(changes, signal())).toEqual(['changed']);
      system.byHand('a', 'on');
      expect(await system.enforcer.suspend(changes, signal())).toEqual(['done']);
      system.byHand('a', 'on');
      const theirs = system.settings('a');
      expect(await system.enforcer.restore(changes, signal())).toEqual(['changed']);
      expect(system.settings('a')).toEqual(theirs);
    });

    test('a system that is away, or too slow, is a failure with a reason', async () => {
      const system = await open('a');
      const targets = [system.target('a')];
      const aborted = AbortSignal.abort(new DOMException('too slow', 'TimeoutError'));
      await expect(system.enforcer.look(targets, aborted)).rejects.toBeDefined();
      await system.away();
      await expect(system.enforcer.look(targets, signal())).rejects.toBeInstanceOf(SourceFailure);
    });
  });
}
