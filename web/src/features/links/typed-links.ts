import type { GivenLink } from '../../api/types.ts';

export interface NewLinks {
  readonly links: readonly string[];
  /** Of the only one; absent: the link's own. */
  readonly name?: string;
  /** Absent: for all. */
  readonly user?: string;
}

export interface LinkChange {
  readonly name?: string;
  readonly link?: string;
  /** Null: for all. */
  readonly user?: string | null;
}

export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** `user`: null for all. */
export function newLinks(links: readonly string[], name: string, user: string | null): NewLinks {
  const isNamed = links.length === 1 && name.trim() !== '';
  return { links, ...(isNamed ? { name: name.trim() } : {}), ...(user === null ? {} : { user }) };
}

interface TypedChange {
  /** Undefined: it stays. */
  readonly link: string | undefined;
  readonly name: string;
  /** Null: for all. */
  readonly user: string | null;
}

/** Only what is another than before. Another link without a name for it brings its own. */
export function changeOf(before: Pick<GivenLink, 'name' | 'userName'>, { link, name, user }: TypedChange): LinkChange {
  const wanted = name.trim();
  const isNamed = link === undefined ? wanted !== before.name : wanted !== '';
  return {
    ...(link === undefined ? {} : { link }),
    ...(isNamed ? { name: wanted } : {}),
    ...(user === before.userName ? {} : { user }),
  };
}

/**
 * One after the other: their order is that of the subscription. Where one is refused, `onLeft` is told it and those after
 * it: given once more, the ones before it would be there twice.
 */
export async function addInTurn<T>(
  { links, ...wish }: NewLinks,
  add: (one: Omit<NewLinks, 'links'> & { readonly link: string }) => Promise<T>,
  onLeft: (links: readonly string[]) => void,
): Promise<readonly T[]> {
  const added: T[] = [];
  try {
    for (const link of links) added.push(await add({ link, ...wish }));
  } catch (error) {
    onLeft(links.slice(added.length));
    throw error;
  }
  return added;
}
