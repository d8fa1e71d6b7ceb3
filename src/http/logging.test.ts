import { describe, expect, it } from 'vitest';
import { loggablePath } from './logging.ts';

describe('loggablePath', () => {
  it.each([
    ['/api/xpert/traffic-stats/:user_token', { user_token: 's3cret' }, '/api/xpert/traffic-stats/***'],
    ['/api/v1/users/:id', { id: 's3cret' }, '/api/v1/users/***'],
    ['/api/v1/users/:id/rotate-token', { id: 's3cret' }, '/api/v1/users/***/rotate-token'],
    ['/api/admin/usage/:username/detailed', { username: 's3cret' }, '/api/admin/usage/***/detailed'],
    ['/u/:link_token', { link_token: 's3cret' }, '/u/***'],
    ['/api/v1/nodes/:id/poll', { id: 'n1' }, '/api/v1/nodes/n1/poll'],
    [
      '/api/xpert/traffic-stats/server/:server/:port',
      { server: 'vpn.example', port: '443' },
      '/api/xpert/traffic-stats/server/vpn.example/443',
    ],
  ])('shows %s with %o as %s', (pattern, parameters, shown) => {
    expect(loggablePath('/whatever?user_token=s3cret', pattern, parameters as Record<string, string>)).toBe(shown);
  });

  it.each([
    ['/sub/s3cret/info?x=1', '/sub/…'],
    ['/traffic%2Dstats/s3cret', '/traffic%2Dstats/…'],
    ['/robots.txt', '/robots.txt'],
    ['/?user_token=s3cret', '/…'],
  ])('cuts %s, which no route matched, to %s', (url, shown) => {
    expect(loggablePath(url, undefined, {})).toBe(shown);
  });
});
