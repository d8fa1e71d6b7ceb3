import { beforeAll, describe, expect, it } from 'vitest';
import { addTexts } from './texts.ts';
import { wordsOf } from './translate.ts';

beforeAll(() => {
  addTexts('en', 'peers', {
    seen_zero: 'nobody was seen',
    seen_one: '{{count}} peer was seen',
    seen_other: '{{count}} peers were seen by {{name}}',
    state: { up: 'Up' },
    of: 'of {{count}}',
  });
  addTexts('ru', 'peers', { seen_one: '{{count}} узел', seen_few: '{{count}} узла', seen_many: '{{count}} узлов' });
  addTexts('fa', 'peers', { of: 'از {{count}} در {{address}}' });
});

describe('words', () => {
  it('stand below names, at any depth', () => {
    expect(wordsOf('en')('peers.state.up')).toBe('Up');
  });

  it('that are missing are told by their key, or as whoever asks has it', () => {
    expect(wordsOf('en')('peers.state')).toBe('peers.state');
    expect(wordsOf('en')('peers.state.constructor')).toBe('peers.state.constructor');
    expect(wordsOf('zh')('peers.state.up')).toBe('peers.state.up');
    expect(wordsOf('en')('said.unheard-of.message', { defaultValue: 'As it came: {{x}}' })).toBe('As it came: {{x}}');
  });

  it('have the form that their number asks for, as the language has it', () => {
    expect([0, 1, 2].map((count) => wordsOf('en')('peers.seen', { count, name: 'a' }))).toEqual([
      'nobody was seen',
      '1 peer was seen',
      '2 peers were seen by a',
    ]);
    expect([1, 22, 5, 0].map((count) => wordsOf('ru')('peers.seen', { count }))).toEqual([
      '1 узел',
      '22 узла',
      '5 узлов',
      '0 узлов',
    ]);
  });

  it('without forms take a number all the same', () => {
    expect(wordsOf('en')('peers.of', { count: 3 })).toBe('of 3');
  });

  it('have numbers in Persian digits in Persian, and texts as they come', () => {
    expect(wordsOf('fa')('peers.of', { count: 1234, address: '10.0.0.1' })).toBe('از ۱۲۳۴ در 10.0.0.1');
  });

  it('are filled in once: what a value says is no gap', () => {
    expect(wordsOf('en')('peers.seen', { count: 2, name: '{{count}} $& $1' })).toBe(
      '2 peers were seen by {{count}} $& $1',
    );
    expect(wordsOf('en')('peers.of', { count: undefined })).toBe('of ');
    expect(wordsOf('en')('peers.of', {})).toBe('of {{count}}');
  });
});
