import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/server.ts';
import { fuzz } from './fuzz.ts';

describe('nothing fails inside', () => {
  it('whatever is parsed or asked: 7,000 inputs, other ones for each change of this file', async () => {
    const { statuses } = await fuzz({ first: 1, inputs: 7_000, target: null, openapiPath: join(root, 'openapi.json') });
    // It must be answers of the routes that were tried, not only refusals at the door.
    expect(statuses[200]).toBeGreaterThan(150);
    expect(statuses[400]).toBeGreaterThan(50);
  }, 120_000);
});
