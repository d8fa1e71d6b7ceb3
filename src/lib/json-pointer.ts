import type { Shape } from './json-picker.ts';

/** The names that a JSON pointer (RFC 6901) goes through. */
export function pointerNames(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What a pointer points at; undefined where there is nothing. */
export function valueAt(document: unknown, names: readonly string[]): unknown {
  let value = document;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

type Tree = { [name: string]: Shape };

/** Wants what stands at these places, and `inner` of it; everything else is passed over. `*` in a place is every name. */
export function shapeOf(places: readonly (readonly [names: readonly string[], inner: Shape])[]): Shape {
  let whole: Shape | undefined;
  for (const [names, inner] of places) whole = withPlace(whole, names, inner);
  return whole ?? {};
}

/** What is within wins over the whole of it, which would have to be text or number and something within at once. */
function withPlace(shape: Shape | undefined, names: readonly string[], inner: Shape): Shape {
  const [name, ...rest] = names;
  if (name === undefined) return typeof shape === 'object' ? shape : inner;
  const tree: Tree = typeof shape === 'object' ? { ...(shape as Tree) } : {};
  tree[name] = withPlace(Object.hasOwn(tree, name) ? tree[name] : tree['*'], rest, inner);
  return tree;
}
