import { expect, test } from 'vitest';
import { CounterTable } from './assemble.ts';

test('a counter that is there twice is refused without naming the user: failures go into logs and alerts', () => {
  const table = new CounterTable();
  const name = 'user>>>bob@example.com>>>traffic>>>uplink';
  table.add(name, 5n);
  const twice = () => table.add(name, 7n);
  expect(twice).toThrow(expect.objectContaining({ code: 'output-garbled' }));
  expect(twice).toThrow(expect.objectContaining({ message: expect.not.stringContaining('bob') }));
});
