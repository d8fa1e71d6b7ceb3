/**
 * A copy of plain data (primitives, lists, maps, sets and plain objects) that shares nothing with it. What is reached in two ways
 * is one thing in the copy, too. As `structuredClone`, at a fraction of its time.
 */
export function deepCopy<T>(value: T, copies = new Map<object, unknown>()): T {
  if (typeof value !== 'object' || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known as T;
  return copyOf(value, copies) as T;
}

function copyOf(value: object, copies: Map<object, unknown>): unknown {
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    copies.set(value, list);
    for (const each of value) list.push(deepCopy(each, copies));
    return list;
  }
  if (value instanceof Map) {
    const map = new Map();
    copies.set(value, map);
    for (const [key, each] of value) map.set(deepCopy(key, copies), deepCopy(each, copies));
    return map;
  }
  if (value instanceof Set) {
    const set = new Set();
    copies.set(value, set);
    for (const each of value) set.add(deepCopy(each, copies));
    return set;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError('only plain data can be copied');
  const object: Record<string, unknown> = {};
  copies.set(value, object);
  for (const key of Object.keys(value)) object[key] = deepCopy((value as Record<string, unknown>)[key], copies);
  return object;
}
