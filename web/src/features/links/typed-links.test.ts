import { expect, test } from 'vitest';
import { addInTurn, changeOf, linesOf, newLinks } from './typed-links.ts';

test('links are added in their order; where one is refused, those before it are not added once more', async () => {
  const there: string[] = [];
  let left = linesOf(' one\n\ntwo \nfull\nthree');
  const leave = (links: readonly string[]) => {
    left = links;
  };
  let isFull = true;
  const add = async ({ link }: { readonly link: string }) => {
    if (link === 'full' && isFull) throw new Error('too many');
    there.push(link);
    return link;
  };
  const addLeft = () => addInTurn(newLinks(left, '', 'ann'), add, leave);
  await expect(addLeft()).rejects.toThrow('too many');
  expect(left).toEqual(['full', 'three']);
  isFull = false;
  expect(await addLeft()).toEqual(['full', 'three']);
  expect(there).toEqual(['one', 'two', 'full', 'three']);
});

test('a name is that of the only link; several keep their own', () => {
  expect(newLinks(['a'], ' Berlin ', null)).toEqual({ links: ['a'], name: 'Berlin' });
  expect(newLinks(['a', 'b'], 'Berlin', 'ann')).toEqual({ links: ['a', 'b'], user: 'ann' });
});

test('only what is another than before is changed; another link without a name for it brings its own', () => {
  const before = { name: 'Berlin', userName: 'ann' };
  const same = { link: undefined, name: 'Berlin', user: 'ann' };
  expect(changeOf(before, same)).toEqual({});
  expect(changeOf(before, { ...same, name: '', user: null })).toEqual({ name: '', user: null });
  expect(changeOf(before, { ...same, link: 'ss://x' })).toEqual({ link: 'ss://x', name: 'Berlin' });
  expect(changeOf(before, { ...same, link: 'ss://x', name: ' ' })).toEqual({ link: 'ss://x' });
});
