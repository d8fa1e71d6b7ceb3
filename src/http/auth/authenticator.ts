import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../core/identity/authorize.ts';
import type { IdentityStore } from '../../core/identity/identity-store.ts';
import type { Clock } from '../../core/units/clock.ts';
import { problem } from '../problem.ts';
import { hashSecret, newSecret } from './secrets.ts';

export const SESSION_COOKIE = 'xpert_session';
/** A session ends after two weeks without use. */
const SESSION_MS = 14 * 86_400_000;
/** Using a session moves its end at most once a day: reads stay reads. */
const EXTEND_AFTER_MS = 86_400_000;
const TOUCH_TOKEN_AFTER_MS = 60_000;
/** Tokens remembered between requests, so that a busy sender does not cost a read each time. */
const MAX_CACHED_TOKENS = 1000;

type TokenActor = Extract<Actor, { kind: 'token' }>;

/** Finds out who a request comes from. */
export class Authenticator {
  readonly #identity: IdentityStore;
  readonly #clock: Clock;
  readonly #tokens = new Map<string, TokenActor>();
  readonly #touched = new Map<string, number>();
  #signing: Promise<readonly { readonly actor: TokenActor; readonly secret: Uint8Array }[]> | undefined;

  constructor(identity: IdentityStore, clock: Clock) {
    this.#identity = identity;
    this.#clock = clock;
  }

  /** Null if the request names nobody. @throws invalid-token for a token that is not (or no longer) valid */
  async actor(request: FastifyRequest): Promise<Actor | null> {
    const bearer = bearerOf(request);
    if (bearer !== null) return this.byToken(bearer);
    if (request.isLocalOwner) return { kind: 'cli' };
    const secret = sessionSecret(request);
    return secret === null ? null : this.#bySession(secret);
  }

  async byToken(secret: string): Promise<TokenActor> {
    let actor = this.#tokens.get(secret);
    if (actor === undefined) {
      const found = await this.#identity.token(hashSecret(secret));
      if (found === null) throw problem('invalid-token', 'This API token is not known, or it was revoked.');
      const { admin, ...token } = found;
      actor = { kind: 'token', token, admin };
      if (this.#tokens.size >= MAX_CACHED_TOKENS) this.#tokens.clear();
      this.#tokens.set(secret, actor);
    }
    this.#touch(actor);
    return actor;
  }

  /** Tokens that sign reports, with their secrets. */
  signing(): Promise<readonly { readonly actor: TokenActor; readonly secret: Uint8Array }[]> {
    this.#signing ??= this.#loadSigning().catch((error: unknown) => {
      this.#signing = undefined;
      throw error;
    });
    return this.#signing;
  }

  /** Call after any change of admins or tokens: what was revoked must fail at once. */
  forget(): void {
    this.#tokens.clear();
    this.#signing = undefined;
  }

  /** Starts a session and returns its secret. */
  async startSession(admin: Extract<Actor, { kind: 'admin' }>['admin']): Promise<string> {
    const secret = newSecret();
    const now = this.#clock.now();
    const expiresAt = new Date(now.getTime() + SESSION_MS);
    await this.#identity.addSession({ tokenHash: hashSecret(secret), adminId: admin.id, createdAt: now, expiresAt });
    return secret;
  }

  async #bySession(secret: string): Promise<Actor | null> {
    const tokenHash = hashSecret(secret);
    const session = await this.#identity.session(tokenHash);
    if (session === null) return null;
    const now = this.#clock.now().getTime();
    if (session.expiresAt.getTime() <= now) return null;
    if (session.expiresAt.getTime() - now < SESSION_MS - EXTEND_AFTER_MS) {
      await this.#identity.extendSession(tokenHash, new Date(now + SESSION_MS));
    }
    return { kind: 'admin', admin: session.admin };
  }

  async #loadSigning(): Promise<readonly { readonly actor: TokenActor; readonly secret: Uint8Array }[]> {
    const secrets = await this.#identity.signingSecrets();
    const admins = new Map((await this.#identity.admins()).map((admin) => [admin.id, admin]));
    return secrets.flatMap(({ token, secret }) => {
      const admin = token.adminId === null ? null : (admins.get(token.adminId) ?? null);
      if (token.adminId !== null && (admin === null || admin.disabledAt !== null)) return [];
      return [{ actor: { kind: 'token', token, admin } as const, secret }];
    });
  }

  /** "Last used" is a courtesy: it is not waited for, and a failure to note it fails nobody's request. */
  #touch({ token }: TokenActor): void {
    const now = this.#clock.monotonicMs();
    if (now - (this.#touched.get(token.id) ?? Number.NEGATIVE_INFINITY) < TOUCH_TOKEN_AFTER_MS) return;
    this.#touched.set(token.id, now);
    this.#identity.touchToken(token.id, this.#clock.now()).catch(() => this.#touched.delete(token.id));
  }
}

/** A name and password for a proxy before us, which passes them on, are not meant for us. @throws invalid-token */
export function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined || /^Basic /i.test(header)) return null;
  const match = /^Bearer +(\S+)$/i.exec(header);
  if (match?.[1] === undefined) throw problem('invalid-token', 'The Authorization header is not "Bearer <API token>".');
  return match[1];
}

export function sessionSecret(request: FastifyRequest): string | null {
  const cookies = request.headers.cookie;
  if (cookies === undefined) return null;
  return /(?:^|;\s*)xpert_session=([A-Za-z0-9_-]{43})(?:;|$)/.exec(cookies)?.[1] ?? null;
}

/** The cookie lasts as long as the browser keeps it; the server decides when the session ends. */
export function sessionCookie(secret: string, isSecure: boolean): string {
  return `${SESSION_COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000${isSecure ? '; Secure' : ''}`;
}

export function endedSessionCookie(isSecure: boolean): string {
  return `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0${isSecure ? '; Secure' : ''}`;
}
