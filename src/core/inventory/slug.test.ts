import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeSlug, slugOf } from './slug.ts';

describe('slugOf', () => {
  it.each([
    ['local', 'local'],
    ['Frankfurt 1 (backup)', 'frankfurt-1-backup'],
    ['  de_1.example.com  ', 'de-1-example-com'],
    ['Москва-2', 'moskva-2'],
    ['Щёлково', 'shchyolkovo'],
    ['Київ', 'kiyiv'],
    ['Zürich Straße', 'zurich-strasse'],
    ['İstanbul', 'istanbul'],
    ['Łódź', 'lodz'],
    ['تهران', 'node'],
    ['🇩🇪', 'node'],
    ['', 'node'],
  ])('of "%s" is "%s"', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });

  it('is always fit for an address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (name) => {
        expect(slugOf(name)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(slugOf(name).length).toBeLessThanOrEqual(48);
      }),
    );
  });

  it('gets a number where it is taken', () => {
    const taken = new Set(['main', 'main-2']);
    expect(freeSlug('main', (slug) => taken.has(slug))).toBe('main-3');
    expect(freeSlug('eu', (slug) => taken.has(slug))).toBe('eu');
  });
});
