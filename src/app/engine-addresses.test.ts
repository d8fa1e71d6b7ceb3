import { expect, it } from 'vitest';
import { withoutPassword } from './engine-addresses.ts';

it.each([
  ['http://u:secret@h:8123/d', 'http://u@h:8123/d'],
  ['http://u:sec@ret@h:8123/d', 'http://u@h:8123/d'],
  ['http://u:sec:ret@h:8123/d', 'http://u@h:8123/d'],
  ['http://u@x:secret@h:8123/d', 'http://u@x@h:8123/d'],
  ['https://u:secret@a:1,b:2/d', 'https://u@a:1,b:2/d'],
  ['http://h:8123/d', 'http://h:8123/d'],
  ['http://u@h:8123/d', 'http://u@h:8123/d'],
])('shows the address %s without what is secret in it', (url, shown) => {
  expect(withoutPassword(url)).toBe(shown);
});
