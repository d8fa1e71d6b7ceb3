import type { KeptCopy } from '../../../core/links/config-source.ts';
import type { LinkChange, LinkFetch, NewLink } from '../../../core/links/link-store.ts';
import type { AdminId, ApiTokenId, LinkId, UserId } from '../../../core/units/ids.ts';
import type { Identities } from './identities.ts';
import type { Links } from './links.ts';
import { operation } from './operation.ts';

/** Who logs in, and what opens without a login: admins, sessions, tokens, links. */
export function accountOperations({ identities, links }: { readonly identities: Identities; readonly links: Links }) {
  return {
    addAdmin: operation('none', (_now, admin: Parameters<Identities['addAdmin']>[0]) => identities.addAdmin(admin)),
    setPassword: operation('none', (_now, id: AdminId, hash: string) => identities.setPassword(id, hash)),
    setAdminDisabled: operation('none', (_now, id: AdminId, at: Date | null) => identities.setAdminDisabled(id, at)),
    addSession: operation('none', (_now, session: Parameters<Identities['addSession']>[0]) =>
      identities.addSession(session),
    ),
    extendSession: operation('none', (_now, hash: Uint8Array, expiresAt: Date) =>
      identities.extendSession(hash, expiresAt),
    ),
    endSession: operation('none', (_now, hash: Uint8Array) => identities.endSession(hash)),
    addToken: operation('none', (_now, token: Parameters<Identities['addToken']>[0]) => identities.addToken(token)),
    revokeToken: operation('none', (_now, id: ApiTokenId, at: Date) => identities.revokeToken(id, at)),
    touchToken: operation('none', (_now, id: ApiTokenId, at: Date) => identities.touchToken(id, at)),

    addLink: operation('none', (_now, link: NewLink, sealed: Uint8Array) => links.add(link, sealed)),
    changeLink: operation('none', (_now, id: LinkId, change: LinkChange, sealed: Uint8Array | null) =>
      links.change(id, change, sealed),
    ),
    deleteLink: operation('none', (_now, id: LinkId) => links.delete(id)),
    keepCopy: operation('none', (_now, source: string, sealed: Uint8Array, copy: Omit<KeptCopy, 'texts'>) =>
      links.keepCopy(source, sealed, copy),
    ),
    confirmCopy: operation('none', (_now, source: string, at: Date) => links.confirmCopy(source, at)),
    noteFetch: operation('none', (_now, id: UserId, fetch: Pick<LinkFetch, 'device' | 'client'>, at: Date) =>
      links.noteFetch(id, fetch, at),
    ),
    rotateLinkToken: operation('inventory', (_now, id: UserId, token: string) => links.rotateToken(id, token), false),
  };
}
