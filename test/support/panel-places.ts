import type { TestServer } from './server.ts';
import { asOwner, fillSmallFleet } from './small-fleet.ts';

const GIB = 1024 ** 3;

/** Name and address of a page. */
export type Place = readonly [name: string, path: string];

export interface PanelPlaces {
  /** Behind the login. */
  readonly panel: readonly Place[];
  /** Everybody may see these. */
  readonly open: readonly Place[];
}

/** A small fleet with something in every list of the panel, and each page that shows it. */
export async function fillPanel(server: TestServer, cookie: string): Promise<PanelPlaces> {
  const ask = <T>(method: string, path: string, body: unknown) => asOwner<T>(server, cookie, method, path, body);
  const { userId, readableId, failingId } = await fillSmallFleet(server, cookie);
  const terms = { cycle: 'month:1', quotas: [{ name: 'eu', bytes: 20 * GIB, nodeTags: ['eu'] }, { bytes: 90 * GIB }] };
  await ask('POST', 'api/v1/plans', { name: 'Home', terms });
  await ask('PUT', 'api/v1/user-templates/family', {
    entitlement: { plan: 'Home' },
    tags: ['paid'],
    expiresInDays: 90,
  });
  await ask('PUT', `api/v1/users/${userId}/entitlement`, { quota: 100 * GIB, cycle: 'month:1' });
  const budget = { bytes: 500_000_000_000, cycle: 'month:1', direction: 'out', pricePerTb: 1.2, currency: 'EUR' };
  await ask('PUT', `api/v1/nodes/${readableId}/budget`, budget);
  await ask('POST', 'api/v1/admins', { name: 'helper', role: 'reseller', password: 'a-password-for-tests-only' });
  await ask('POST', 'api/v1/tokens', { name: 'billing', scopes: ['read'] });
  const options = {
    url: 'http://127.0.0.1:9/',
    signingSecret: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
    privateAddress: true,
  };
  await ask('POST', 'api/v1/channels', { name: 'hook', kind: 'webhook', options });
  const secret = 'b831381d-6324-4d53-ad4f-8cda48b30811';
  await ask('POST', 'api/v1/links', { link: `vless://${secret}@de-1.example.com:443?type=ws&security=tls#Berlin` });
  await ask('POST', 'api/v1/links', { link: `vless://${secret}@de-2.example.com:443?type=kcp#Only-some-clients` });
  // Addresses of others are public ones: this is never fetched.
  const foreign = 'http://127.0.0.1:9/subscriptions/of-a-provider#A provider with a rather long name'.replaceAll(
    ' ',
    '%20',
  );
  const { id: linkId } = await ask<{ id: string }>('POST', 'api/v1/links', { link: foreign });
  await ask('POST', `api/v1/links/${linkId}/fetch`, {});
  await ask('POST', 'api/v1/links', { link: 'trojan://hunter2@nl-1.example.com:443#Amsterdam', user: 'ann' });
  const { linkToken } = await ask<{ linkToken: string }>('POST', 'api/v1/users', { name: 'cara' });
  return {
    panel: [
      ['overview', '#/'],
      ['Traffic Manager', '#/traffic/'],
      ['users', '#/users/'],
      ['a user', `#/users/${userId}`],
      ['links', '#/links/'],
      ['what a user gets', '#/links/?user=ann'],
      ['giving out a link', '#/links/?adding=true'],
      ['nodes', '#/nodes/'],
      ['adding a node', '#/nodes/add?way=ssh'],
      ['adding another panel', '#/nodes/add?way=panel'],
      ['a node', `#/nodes/${readableId}`],
      ['a failing node', `#/nodes/${failingId}`],
      ['devices', '#/peers'],
      ['corrections', '#/corrections'],
      ['correcting usage', '#/corrections?user=ann'],
      ['creating a user', '#/users/?create=true'],
      ['importing users', '#/users/?importing=true'],
      ['importing from the bot', '#/import'],
      ['services', '#/services/'],
      ['alerts', '#/alerts/'],
      ['settings', '#/settings/'],
      ['an address with nothing at it', '#/nothing-here'],
    ],
    open: [
      ['login with the public summary', '#/login'],
      ['a first start that is over', '#/setup/nothing'],
      ['a user’s own page', `u/${linkToken}`],
      ['nobody’s own page', 'u/nobody'],
    ],
  };
}
