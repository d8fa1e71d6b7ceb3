import { expect, test } from 'vitest';
import { JsonPicker } from './json-picker.ts';
import { pointerNames, shapeOf, valueAt } from './json-pointer.ts';

test('a pointer goes through objects and lists, and finds nothing in what they inherit', () => {
  const document = { users: [{ 'a/b': 5, 'c~d': null }] };
  const at = (pointer: string, from: unknown = document) => valueAt(from, pointerNames(pointer));
  expect(at('')).toBe(document);
  expect(at('/users/0/a~1b')).toBe(5);
  expect(at('/users/0/c~0d')).toBeNull();
  expect(at('/users/1')).toBeUndefined();
  expect(at('/constructor')).toBeUndefined();
  expect(at('/a', 5)).toBeUndefined();
});

test('what pointers want is picked, through lists as through objects; nothing else is', () => {
  const pick = (text: string) => {
    const places = ['/users/*/up', '/users/*/id', '/users/0/name', '/since'];
    const picker = new JsonPicker(shapeOf(places.map((place) => [pointerNames(place), 'value'])), {
      listsByPlace: true,
    });
    for (const byte of Buffer.from(text)) picker.push(Buffer.from([byte]));
    return JSON.parse(JSON.stringify(picker.finish(), (_, value) => (typeof value === 'bigint' ? `${value}n` : value)));
  };
  const one = '{"up":18446744073709551615,"id":"a","name":"A","password":"p"}';
  const other = '{"id":7,"up":"9007199254740993","name":"B"}';
  const users = [
    { up: '18446744073709551615n', id: 'a', name: 'A' },
    { id: '7n', up: '9007199254740993' },
  ];
  expect(pick(`{"users":[${one},${other}],"since":"x","token":"t"}`)).toEqual({ users, since: 'x' });
  expect(pick(`{"since":1,"users":{"0":${one},"1":${other}}}`)).toEqual({ users: { ...users }, since: '1n' });
});

test('something of another form than wanted is there, so that it is not taken for absent', () => {
  const picker = new JsonPicker(shapeOf([[['*', 'up'], 'value']]), { listsByPlace: true });
  picker.push(Buffer.from('["text",[1],{"up":{"x":1}},5,null,{"up":6}]'));
  const items = Object.entries(picker.finish() as object);
  expect(items.map(([place]) => place)).toEqual(['0', '1', '2', '3', '4', '5']);
  expect(items.map(([, item]) => valueAt(item, ['up']))).toEqual([...Array(5).fill(undefined), 6n]);
});
