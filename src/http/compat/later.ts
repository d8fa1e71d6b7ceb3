import { Type } from '@sinclair/typebox';
import type { Access } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { problem } from '../problem.ts';

interface LaterRoute {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly access: Access;
  readonly summary: string;
  readonly needs: string;
}

const LATER: readonly LaterRoute[] = [
  {
    method: 'POST',
    url: '/api/v1/agent/readings',
    access: 'report',
    summary: 'Readings of an agent on a node',
    needs: 'the agent; add the node by SSH meanwhile',
  },
  {
    method: 'GET',
    url: '/api/v1/agent/position',
    access: 'report',
    summary: 'Up to where an agent’s readings are counted',
    needs: 'the agent; add the node by SSH meanwhile',
  },
];

/** Addresses that need parts which are not there yet: they say so instead of pretending. */
export function laterRoutes(app: HttpApp, _parts: HttpParts): void {
  for (const { method, url, access, summary, needs } of LATER) {
    app.route({
      method,
      url,
      config: { access },
      schema: { tags: ['later'], summary, response: { 501: Type.Unknown() } },
      handler: async () => {
        throw problem('not-implemented', `This needs ${needs}.`);
      },
    });
  }
}
