import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { trafficJson } from '../schemas/common.ts';
import { UnclaimedJson } from '../schemas/people.ts';

/** Usage of tokens and peers that nobody owns yet. */
export function unclaimedRoutes(app: HttpApp, { ports: { history } }: HttpParts): void {
  app.get(
    '/api/v1/unclaimed',
    {
      config: { access: 'view-all' },
      schema: { tags: ['users'], summary: 'Usage that belongs to nobody yet', response: { 200: UnclaimedJson } },
    },
    async () => {
      const unclaimed = await history.unclaimed();
      const peers = unclaimed.peers.map((peer) => ({ ...peer, traffic: trafficJson(peer.traffic) }));
      const tokens = unclaimed.tokens.map(({ userToken, traffic, firstAt, lastAt }) => {
        return { userToken, traffic: trafficJson(traffic), firstAt, lastAt };
      });
      return { traffic: trafficJson(unclaimed.traffic), tokens, peers };
    },
  );
}
