import { describe, expect, it } from 'vitest';
import { siteAddress } from './web-address.ts';

describe('the address of a site', () => {
  it.each([
    ['https://panel.example.com', 'https://panel.example.com'],
    ['http://192.0.2.1:8080/', 'http://192.0.2.1:8080'],
    ['https://panel.example.com/behind/a/path//', 'https://panel.example.com/behind/a/path'],
  ])('%s is one', (text, address) => {
    expect(siteAddress(text)).toBe(address);
  });

  it.each([
    ...['', 'panel.example.com', 'ftp://panel.example.com', 'javascript:alert(1)'],
    ...['https://u@panel.example.com', 'https://:p@panel.example.com', 'https://panel.example.com/?x'],
    ...['https://panel.example.com/#x', "https://panel.example.com/a'b", "https://pan'el.example.com"],
  ])('%s is none', (text) => {
    expect(siteAddress(text)).toBeNull();
  });
});
