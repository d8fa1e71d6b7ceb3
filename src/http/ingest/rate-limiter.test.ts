import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/units/testing.ts';
import { RateLimiter } from './rate-limiter.ts';

describe('RateLimiter', () => {
  it('lets so many through per second and address, and then says when to come back', async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter(clock, 200);
    for (let i = 0; i < 200; i += 1) limiter.take('192.0.2.1');
    expect(() => limiter.take('192.0.2.1')).toThrow(expect.objectContaining({ code: 'too-many-requests' }));
    expect(() => limiter.take('192.0.2.2')).not.toThrow();
    await clock.advance(1000);
    expect(() => limiter.take('192.0.2.1')).not.toThrow();
  });

  it('takes a batch whole, and nothing more from there until it is paid off', async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter(clock, 200);
    limiter.take('192.0.2.1');
    limiter.charge('192.0.2.1', 499);
    expect(() => limiter.take('192.0.2.1')).toThrow(expect.objectContaining({ code: 'too-many-requests' }));
    expect(() => limiter.take('192.0.2.2')).not.toThrow();
    await clock.advance(2000);
    expect(() => limiter.take('192.0.2.1')).toThrow(expect.objectContaining({ details: { retryAfterSeconds: 1 } }));
    await clock.advance(1000);
    expect(() => limiter.take('192.0.2.1')).not.toThrow();
    limiter.charge('192.0.2.1', 100);
    expect(() => limiter.take('192.0.2.1')).not.toThrow();
  });

  it('lets no small batch that was sent beside a large one pay that off', async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter(clock, 200);
    limiter.take('192.0.2.1');
    limiter.take('192.0.2.1');
    limiter.charge('192.0.2.1', 7_998);
    await clock.advance(1000);
    limiter.charge('192.0.2.1', 200);
    expect(() => limiter.take('192.0.2.1')).toThrow(expect.objectContaining({ details: { retryAfterSeconds: 40 } }));
  });
});
