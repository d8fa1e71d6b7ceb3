import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { Enforcer, EnforcerAbilities, EnforcerTarget } from '../../src/core/access/enforcer.ts';
import { SourceFailure } from '../../src/core/errors.ts';

/** A system under control of the test, and the enforcer that changes it. */
export interface EnforcerRig {
  readonly enforcer: Enforcer;
  readonly abilities: EnforcerAbilities;
  /** Texts that nobody outside may see: passwords, keys, secret paths. */
  readonly secrets: readonly string[];
  /** As a process that starts anew would make it: it remembers nothing. The one before is closed. */
  reopen(): Promise<void>;
  /** One that was given wrong credentials; null where the system asks for none. */
  stranger(): Promise<Enforcer> | null;
  /** The next change is made, and its answer is lost on the way. */
  loseNextAnswer(): void;
  target(key: string): EnforcerTarget;
  /** Makes peers that get through, with settings of their own. */
  make(keys: readonly string[]): void | Promise<void>;
  remove(key: string): void | Promise<void>;
  /** Somebody else takes access, or gives it back. */
  byHand(key: string, verb: 'off' | 'on'): void | Promise<void>;
  /** Everything that is set of a peer, to be compared; undefined if there is none. */
  settings(key: string): unknown;
  isOff(key: string): boolean | Promise<boolean>;
  /** Keys of all peers that were changed through the enforcer, as often as they were. */
  touched(): readonly string[];
  away(): Promise<void>;
  close(): Promise<void>;
}

const signal = () => AbortSignal.timeout(10_000);

/** What a system cannot do by its nature, with the reason. */
export interface Exception {
  /** It tells of no peer that it is not there. */
  readonly cannotBeGone?: string;
}

/** What every enforcer does, whatever it changes: the meaning of the port. */
export function enforcerContract(name: string, make: () => Promise<EnforcerRig>, exception: Exception = {}): void {
  describe(`enforcer: ${name}`, () => {
    let rig: EnforcerRig | undefined;
    afterEach(async () => {
      await rig?.close();
      rig = undefined;
    });
    const open = async (...keys: string[]) => {
      rig = await make();
      await rig.make(keys);
      return rig;
    };
    const changesOf = async (of: EnforcerRig, ...keys: string[]) => {
      const targets = keys.map((key) => of.target(key));
      const seen = await of.enforcer.look(targets, signal());
      return targets.map((target, n) => ({ target, kept: (seen[n] as { kept: string }).kept }));
    };

    test('looking changes nothing, and tells each peer in its place', async () => {
      const system = await open('a', 'b');
      await system.byHand('b', 'off');
      const before = [await system.settings('a'), await system.settings('b')];
      const targets = ['b', 'missing', 'a'].map((key) => system.target(key));
      const seen = await system.enforcer.look(targets, signal());
      const missing = exception.cannotBeGone ? 'active' : system.abilities.vanishes ? 'suspended' : 'absent';
      expect(seen.map(({ state }) => state)).toEqual(['suspended', missing, 'active']);
      expect([await system.settings('a'), await system.settings('b')]).toEqual(before);
      expect(system.touched()).toEqual([]);
    });

    test('suspends who it is told, once; restores exactly what was', async () => {
      const system = await open('a', 'b', 'c');
      const all = () => Promise.all(['a', 'b', 'c'].map((key) => system.settings(key)));
      const before = await all();
      const changes = await changesOf(system, 'a', 'b');
      expect(await system.enforcer.suspend(changes, signal())).toEqual(['done', 'done']);
      expect(await Promise.all(['a', 'b', 'c'].map((key) => system.isOff(key)))).toEqual([true, true, false]);
      const off = offAlready(system);
      expect(await system.enforcer.suspend(changes, signal())).toEqual([off, off]);
      expect(await system.enforcer.restore(changes, signal())).toEqual(['done', 'done']);
      expect(await all()).toEqual(before);
      expect(await system.enforcer.restore(changes, signal())).toEqual(['changed', 'changed']);
      expect([...system.touched()].sort()).toEqual(['a', 'a', 'b', 'b']);
    });

    test.skipIf(exception.cannotBeGone)(
      'a peer that is gone is not made anew, and costs the others nothing',
      async () => {
        const system = await open('a', 'b');
        const changes = await changesOf(system, 'a', 'b');
        await system.remove('a');
        expect(await system.enforcer.suspend(changes, signal())).toEqual(['absent', 'done']);
        // Where a suspended peer vanishes, one that was removed for good cannot be told from it.
        if (system.abilities.vanishes) return;
        expect(await system.enforcer.restore(changes, signal())).toEqual(['absent', 'done']);
        expect(await system.settings('a')).toBeUndefined();
      },
    );

    test('what somebody else changed in between is theirs', async () => {
      const system = await open('a');
      const changes = await changesOf(system, 'a');
      await system.byHand('a', 'off');
      expect(await system.enforcer.suspend(changes, signal())).toEqual([offAlready(system)]);
      await system.byHand('a', 'on');
      expect(await system.enforcer.suspend(changes, signal())).toEqual(['done']);
      await system.byHand('a', 'on');
      const theirs = await system.settings('a');
      expect(await system.enforcer.restore(changes, signal())).toEqual(['changed']);
      expect(await system.settings('a')).toEqual(theirs);
    });

    test('an answer that was lost on the way: whoever comes next finds what was done, and gives back exactly that', async () => {
      const system = await open('a', 'b');
      const all = () => Promise.all(['a', 'b'].map((key) => system.settings(key)));
      const before = await all();
      const changes = await changesOf(system, 'a');
      system.loseNextAnswer();
      await settled(system.enforcer.suspend(changes, signal()));
      expect(await system.isOff('a')).toBe(true);
      await system.reopen();
      const [seen] = await system.enforcer.look([system.target('a')], signal());
      expect(seen).toEqual({ state: 'suspended' });
      system.loseNextAnswer();
      await settled(system.enforcer.restore(changes, signal()));
      await system.reopen();
      expect(await system.enforcer.restore(changes, signal())).toEqual(['changed']);
      expect(await all()).toEqual(before);
    });

    test('with wrong credentials nothing is seen and nothing done; no credential is repeated anywhere', async () => {
      const system = await open('a');
      const changes = await changesOf(system, 'a');
      const spoken: unknown[] = system.abilities.keepsSecrets ? [] : [changes];
      const stranger = await system.stranger();
      if (stranger !== null) {
        const before = await system.settings('a');
        for (const refused of [stranger.look([system.target('a')], signal()), stranger.suspend(changes, signal())])
          spoken.push(await settled(refused));
        expect(spoken.at(-2)).toBeInstanceOf(SourceFailure);
        expect(await system.settings('a')).toEqual(before);
        await stranger.close();
      }
      await system.away();
      spoken.push(await settled(system.enforcer.look([system.target('a')], signal())));
      spoken.push(await settled(system.enforcer.suspend(changes, signal())));
      const said = inspect(spoken, { depth: 9, showHidden: true });
      for (const secret of system.secrets) expect(said).not.toContain(secret);
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

/** How suspending somebody ends who is off. */
function offAlready({ abilities }: EnforcerRig): string {
  return abilities.vanishes ? 'absent' : 'changed';
}

/** What was answered, or why not. */
function settled(asked: Promise<unknown>): Promise<unknown> {
  return asked.catch((error: unknown) => error);
}
