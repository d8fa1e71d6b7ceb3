/**
 * QueryStatsResponse of a server with so many users, whose counters grow with each poll: of every `moving`th user, all of
 * them where it is 1.
 */
export function statsReply(users: number, poll: number, moving: number): Buffer {
  const parts: Buffer[] = [];
  for (let user = 0; user < users; user++) {
    const moves = user % moving === 0 ? poll : 1;
    const email = `${user}.user-${(user * 7_919) % users}@example.com`;
    parts.push(stat(`user>>>${email}>>>traffic>>>uplink`, 1_000_003n * BigInt(moves) + BigInt(user)));
    parts.push(stat(`user>>>${email}>>>traffic>>>downlink`, 30_000_001n * BigInt(moves) + 7n * BigInt(user)));
  }
  return Buffer.concat(parts);
}

function stat(name: string, value: bigint): Buffer {
  const text = Buffer.from(name);
  const inner = Buffer.concat([Buffer.from([0x0a, text.length]), text, Buffer.from([0x10]), varint(value)]);
  return Buffer.concat([Buffer.from([0x0a, inner.length]), inner]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
