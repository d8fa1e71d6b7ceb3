import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { trafficJson } from '../schemas/common.ts';
import { UnclaimedJson } from '../schemas/people.ts';

/** Usage of tokens and peers that nobody owns yet. */
export function unclaimedRoutes(app: HttpApp, { ports }: HttpParts): void {
  const { history, inventory } = ports;

  app.get(
    '/api/v1/unclaimed',
    {
      config: { access: 'view-all' },
      schema: { tags: ['users'], summary: 'Usage that belongs to nobody yet', response: { 200: UnclaimedJson } },
    },
    async () => {
      const unclaimed = await history.unclaimed();
      const peers = await Promise.all(
        unclaimed.peers.map(async ({ peerId, traffic, firstAt, lastAt }) => {
          const peer = await inventory.peer(peerId);
          const node = peer === null ? null : await inventory.node(peer.nodeId);
          const shown = {
            peerId,
            name: peer?.name ?? null,
            key: peer?.key ?? '',
            nodeName: node?.name ?? null,
            endedAt: peer?.endedAt ?? node?.deletedAt ?? null,
          };
          return { ...shown, traffic: trafficJson(traffic), firstAt, lastAt };
        }),
      );
      const tokens = unclaimed.tokens.map(({ userToken, traffic, firstAt, lastAt }) => {
        return { userToken, traffic: trafficJson(traffic), firstAt, lastAt };
      });
      return { traffic: trafficJson(unclaimed.traffic), tokens, peers };
    },
  );
}
