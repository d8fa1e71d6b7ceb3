import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/units/testing.ts';
import { LoginGuard } from './login-guard.ts';

function failing(guard: LoginGuard, name: string, address: string, times: number): void {
  for (let i = 0; i < times; i += 1) guard.failed(name, address);
}

describe('LoginGuard', () => {
  it('lets four mistakes pass', () => {
    const guard = new LoginGuard(new ManualClock());
    failing(guard, 'ann', '192.0.2.1', 4);
    expect(() => guard.check('ann', '192.0.2.1')).not.toThrow();
  });

  it('makes a name wait after the fifth, wherever the tries come from', () => {
    const guard = new LoginGuard(new ManualClock());
    for (let i = 0; i < 5; i += 1) guard.failed('ann', `192.0.2.${i}`);
    expect(() => guard.check('ann', '198.51.100.1')).toThrow(/1 s/);
    expect(() => guard.check('bob', '198.51.100.1')).not.toThrow();
  });

  it('makes an address wait, whatever names it tries', () => {
    const guard = new LoginGuard(new ManualClock());
    for (let i = 0; i < 5; i += 1) guard.failed(`name${i}`, '192.0.2.1');
    expect(() => guard.check('ann', '192.0.2.1')).toThrow(/Too many wrong logins/);
  });

  it('doubles the wait and never locks a name for more than a minute', async () => {
    const clock = new ManualClock();
    const guard = new LoginGuard(clock);
    failing(guard, 'ann', '192.0.2.1', 40);
    await clock.advance(61_000);
    expect(() => guard.check('ann', '198.51.100.1')).not.toThrow();
    expect(() => guard.check('ann', '192.0.2.1')).toThrow();
    await clock.advance(840_000);
    expect(() => guard.check('ann', '192.0.2.1')).not.toThrow();
  });

  it('forgets mistakes after a login that works', () => {
    const guard = new LoginGuard(new ManualClock());
    failing(guard, 'ann', '192.0.2.1', 4);
    guard.succeeded('ann', '192.0.2.1');
    failing(guard, 'ann', '192.0.2.1', 4);
    expect(() => guard.check('ann', '192.0.2.1')).not.toThrow();
  });
});
