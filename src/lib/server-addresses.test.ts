import { describe, expect, test } from 'vitest';
import { serverAddresses } from './server-addresses.ts';

describe('addresses of servers', () => {
  test.each([
    ['postgres://u:p%40w@h:5433/d?sslmode=verify-full', ['postgres://u:p%40w@h:5433/d?sslmode=verify-full']],
    ['postgres://u:p%40w@/d?host=/run', ['postgres:///d?host=%2Frun&user=u&password=p%40w']],
    ['postgres:///d?host=/a&port=1', ['postgres:///d?host=/a&port=1']],
    ['postgres://u:a,b@h/d', ['postgres://u:a,b@h/d']],
    [
      'postgres://u:a,b@one:5432,two,[::1]:5434/d?sslmode=require',
      [
        'postgres://u:a,b@one:5432/d?sslmode=require',
        'postgres://u:a,b@two/d?sslmode=require',
        'postgres://u:a,b@[::1]:5434/d?sslmode=require',
      ],
    ],
    ['postgres://one,two/d', ['postgres://one/d', 'postgres://two/d']],
    [
      'postgres:///d?host=/a,/b&user=u&port=1,2',
      ['postgres:///d?host=%2Fa&user=u&port=1', 'postgres:///d?host=%2Fb&user=u&port=2'],
    ],
    ['postgres:///d?host=one,two&port=6', ['postgres:///d?host=one&port=6', 'postgres:///d?host=two&port=6']],
  ])('%s', (address, each) => {
    expect(serverAddresses(address)).toEqual(each);
  });

  test.each([
    'postgres://one,:5432/d',
    'postgres://one,,two/d',
    'postgres://one:x,two/d',
    'postgres:///d?host=a,b,c&port=1,2',
    'one',
  ])('%s is none', (address) => {
    expect(() => serverAddresses(address)).toThrow(TypeError);
  });
});
