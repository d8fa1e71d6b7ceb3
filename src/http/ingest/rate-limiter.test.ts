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
});
