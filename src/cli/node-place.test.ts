import { describe, expect, it } from 'vitest';
import { movedTo } from './node-place.ts';

const before = { transport: 'ssh', ssh: 'root@192.0.2.1:2222', hostKey: 'ssh-ed25519 AAAA', interface: 'wg0' };

describe('a node that is read over ssh at another address', () => {
  it('keeps the key of its host where the address stays, whoever logs in', () => {
    expect(movedTo('root@192.0.2.1:2222', before)).toEqual(before);
    expect(movedTo('reader@192.0.2.1:2222', before)).toEqual(before);
  });

  it('has no key of another host, or of another server on the same one', () => {
    const { hostKey: _, ...rest } = before;
    expect(movedTo('root@192.0.2.2:2222', before)).toEqual(rest);
    expect(movedTo('root@192.0.2.1', before)).toEqual(rest);
  });

  it('that was read from a file has nothing of the file', () => {
    const file = { transport: 'file', path: '/run/wg.dump', maxAgeSeconds: 60, interface: 'wg0' };
    expect(movedTo('root@192.0.2.1', file)).toEqual({ transport: 'file', interface: 'wg0' });
  });
});
