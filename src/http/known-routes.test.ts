import { expect, it } from 'vitest';
import { KnownRoutes } from './known-routes.ts';

it('a path has the methods of the routes that fit it', () => {
  const known = new KnownRoutes();
  known.add('PATCH', '/api/v1/nodes/:id');
  known.add('DELETE', '/api/v1/nodes/:id');
  known.add('GET', '/assets/*');
  expect(known.methodsAt('/api/v1/nodes/n1')).toEqual(['DELETE', 'PATCH']);
  expect(known.methodsAt('/api/v1/nodes/')).toEqual([]);
  expect(known.methodsAt('/api/v1/nodes/n1/x')).toEqual([]);
  expect(known.methodsAt('/assets/x.js')).toEqual([]);
});
