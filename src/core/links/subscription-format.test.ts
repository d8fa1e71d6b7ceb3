import { expect, it } from 'vitest';
import { chooseFormat, clientName } from './subscription-format.ts';

it('the format goes by its name, else by the client', () => {
  expect(chooseFormat('plain', 'clash-verge/v2')).toBe('plain');
  expect(chooseFormat('universal', 'clash-verge/v2.0')).toBe('clash');
  expect(chooseFormat('constructor', 'v2rayNG/1.9.5')).toBe('base64');
  expect(chooseFormat('nonsense', 'SFA/1.11.0 (Build 1; sing-box 1.11.0)')).toBe('sing-box');
  expect(chooseFormat(undefined, 'mihomo/1.19')).toBe('clash');
  expect(chooseFormat(undefined, 'v2rayNG/1.9.5')).toBe('base64');
  expect(chooseFormat(undefined, '')).toBe('base64');
});

it('a client is remembered by its name and version, and by nothing that tells devices apart', () => {
  expect(clientName('v2rayNG/1.9.5')).toBe('v2rayNG/1.9');
  expect(clientName('Happ/2.1.6/Android/model-XY-123')).toBe('Happ/2.1');
  expect(clientName('Mozilla/5.0 (X11; Linux x86_64)')).toBe('Mozilla/5.0');
  expect(clientName('')).toBe('unknown');
  expect(clientName('<script>')).toBe('unknown');
});
