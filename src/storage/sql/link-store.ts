import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { ConfigCopies, KeptCopy } from '../../core/links/config-source.ts';
import type { GivenLink, LinkChange, LinkQuery, LinkStore, NewLink } from '../../core/links/link-store.ts';
import type { AdminId, LinkId, UserId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { LinkReader } from './reader/link-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** Links of subscriptions, sealed before they reach the writer. */
export class SqlLinkStore implements LinkStore, ConfigCopies {
  readonly #reader: Asked<LinkReader>;
  readonly #writer: WriterLink;
  readonly #box: SecretBox;

  constructor(reader: Asked<LinkReader>, writer: WriterLink, box: SecretBox) {
    this.#reader = reader;
    this.#writer = writer;
    this.#box = box;
  }

  async links(query: LinkQuery) {
    return this.#reader.links(query);
  }

  async link(id: LinkId) {
    return this.#reader.link(id);
  }

  async linkTexts(ids: readonly LinkId[]) {
    const rows = await this.#reader.sealedLinks(ids);
    return new Map(
      rows.flatMap(({ id, sealed }) => {
        const text = this.#box.open(sealed);
        return text === null ? [] : [[id, new TextDecoder().decode(text)] as const];
      }),
    );
  }

  addLink({ link, ...rest }: NewLink) {
    return this.#writer.run('addLink', { ...rest, link: withoutSecrets(link) }, this.#seal(link));
  }

  changeLink(id: LinkId, { link, userId }: LinkChange) {
    if (link === undefined) return this.#writer.run('changeLink', id, { userId }, null);
    return this.#writer.run('changeLink', id, { userId, link: withoutSecrets(link) }, this.#seal(link));
  }

  #seal({ text }: GivenLink): Uint8Array {
    return this.#box.seal(new TextEncoder().encode(text));
  }

  deleteLink(id: LinkId) {
    return this.#writer.run('deleteLink', id);
  }

  async linksOf(userId: UserId, ownerId: AdminId | null) {
    const links = await this.#reader.sealedLinksOf(userId, ownerId);
    return links.flatMap((sealed) => {
      const text = this.#box.open(sealed);
      return text === null ? [] : [new TextDecoder().decode(text)];
    });
  }

  async copy(source: string): Promise<KeptCopy | null> {
    const row = await this.#reader.sealedCopy(source);
    const opened = row === null ? null : this.#box.open(row.sealed);
    if (row === null || opened === null) return null;
    const { unreadable, etag, at } = row;
    return { texts: JSON.parse(new TextDecoder().decode(opened)) as string[], unreadable, etag, at };
  }

  keepCopy(source: string, { texts, ...rest }: KeptCopy) {
    return this.#writer.run('keepCopy', source, this.#box.seal(new TextEncoder().encode(JSON.stringify(texts))), rest);
  }

  confirmCopy(source: string, at: Date) {
    return this.#writer.run('confirmCopy', source, at);
  }

  noteFetch(userId: UserId, fetch: Parameters<LinkStore['noteFetch']>[1], at: Date) {
    return this.#writer.run('noteFetch', userId, fetch, at);
  }

  async fetches(userId: UserId) {
    return this.#reader.fetches(userId);
  }

  rotateLinkToken(userId: UserId, linkToken: string) {
    return this.#writer.run('rotateLinkToken', userId, linkToken);
  }
}

/** What the writer's thread gets, and may put into an error, is only what may be seen. */
function withoutSecrets(link: GivenLink): GivenLink {
  return { ...link, text: '', credential: '', params: {} };
}
