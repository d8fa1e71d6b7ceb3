import { expect, test } from 'vitest';
import { VISITOR_HEADER, type Visitor, VisitorSeal } from './visitor-seal.ts';

const visitor: Visitor = { ip: '203.0.113.7', protocol: 'https', host: 'vpn.example.com', isLocalOwner: false };
const key = Buffer.alloc(32, 7);
let nowMs = 1_000_000;
const seal = new VisitorSeal(key, () => nowMs);
const request = (value: string | undefined, method = 'POST', url = '/api/v1/users') => ({
  headers: value === undefined ? {} : { [VISITOR_HEADER]: value },
  method,
  url,
});

test('who asked is believed of a process with the same key, for that request', () => {
  const value = seal.seal(visitor, 'POST', '/api/v1/users');
  expect(seal.open(request(value))).toEqual(visitor);
  expect(seal.open(request(value, 'DELETE'))).toBeNull();
  expect(seal.open(request(value, 'POST', '/api/v1/nodes'))).toBeNull();
});

test('not of anybody else, nor after a while', () => {
  const other = new VisitorSeal(Buffer.alloc(32, 8), () => nowMs);
  const owner = { ...visitor, isLocalOwner: true };
  const value = seal.seal(visitor, 'POST', '/api/v1/users');
  const claimed = Buffer.from(JSON.stringify({ ...owner, atMs: nowMs })).toString('base64url');
  const forged = [undefined, '', 'x', 'a.b.c', '.', `${claimed}.${value.split('.')[1]}`, `${value}.x`];
  for (const each of forged) expect(seal.open(request(each)), String(each)).toBeNull();
  expect(seal.open(request(other.seal(owner, 'POST', '/api/v1/users')))).toBeNull();
  nowMs += 121_000;
  expect(seal.open(request(value))).toBeNull();
});
