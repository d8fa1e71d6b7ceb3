/**
 * "1 user", "2 users". `many` where the plural is more than an s: `counted(n, 'peer is', 'peers are')`.
 * For sentences in English alone; the panel has the plurals of its languages.
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
