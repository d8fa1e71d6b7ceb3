import { once } from 'node:events';
import net from 'node:net';
import { expect, test } from 'vitest';
import { onTheWay, queuedIn } from './on-the-way.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   100        0 1
   3: 0200007F:A5C2 0100007F:1538 06 00000000:00000000 03:00000B2A 00000000     0        0 0 3 0
   1: 0100007F:A5C2 0100007F:1538 01 00012F40:00000007 01:00000014 00000000     0        0 2 2 0
   2: 0100007F:1538 0100007F:A5C2 01 00000003:00000000 00:00000000 00000000     0        0 3 1 0
`;

test('the line of a connection is that of both its ports, in their order', () => {
  expect(queuedIn(TABLE, { localPort: 0xa5c2, remotePort: 0x1538 })).toBe(0x12f40);
  expect(queuedIn(TABLE, { localPort: 0x1538, remotePort: 0xa5c2 })).toBe(3);
  expect(queuedIn(TABLE, { localPort: 0x1538, remotePort: 0x5c2 })).toBe(0);
  expect(queuedIn('', { localPort: 1, remotePort: 2 })).toBe(0);
});

test.runIf(process.platform === 'linux')(
  'what the other side does not read is on its way, and then is not',
  async () => {
    const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const taken = once(server, 'connection');
    const socket = net.connect(port, '127.0.0.1');
    const [other] = (await taken) as [net.Socket];
    try {
      await once(socket, 'connect');
      expect(await onTheWay(socket)).toBe(0);
      // More than buffers of both sides take.
      const bytes = 64 * 1024 * 1024;
      socket.write(Buffer.alloc(bytes));
      await expect.poll(() => onTheWay(socket), { timeout: 20_000 }).toBeGreaterThan(0);
      expect(await onTheWay(socket)).toBeLessThanOrEqual(bytes);
      other.resume();
      await expect.poll(() => onTheWay(socket), { timeout: 20_000 }).toBe(0);
    } finally {
      socket.destroy();
      other.destroy();
      server.close();
    }
  },
);
