import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { ConfigCopies, KeptCopy } from '../../core/links/config-source.ts';
import type { LinkStore, NewLink } from '../../core/links/link-store.ts';
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

  async links(ownerId: AdminId | null) {
    return this.#reader.links(ownerId);
  }

  addLink({ link, ...rest }: NewLink) {
    const sealed = this.#box.seal(new TextEncoder().encode(link.text));
    // What the writer's thread gets, and may put into an error, is only what may be seen.
    return this.#writer.run('addLink', { ...rest, link: { ...link, text: '', credential: '', params: {} } }, sealed);
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
