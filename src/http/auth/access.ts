import type { FastifyRequest } from 'fastify';
import { type Actor, authorize, type Permission } from '../../core/identity/authorize.ts';
import type { HttpApp } from '../http-app.ts';
import { problem } from '../problem.ts';
import { type Authenticator, bearerOf } from './authenticator.ts';

/**
 * Who may call a route. `public`: anybody. `summary`: anybody while the public summary is on, else `view`.
 * `sender`: reports, which the webhook authenticates itself. Everything else: a login with that permission.
 */
export type Access = Permission | 'public' | 'summary' | 'sender';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route has to say it; the server does not start otherwise. */
    readonly access?: Access;
  }
  interface FastifyRequest {
    /** Set before validation; null for visitors of public routes. */
    actor: Actor | null;
    /** The request came over the owner's socket on this machine. */
    isLocalOwner: boolean;
  }
}

/** Authenticates and authorizes every request of this scope before its body is even read. */
export function guardAccess(app: HttpApp, authenticator: Authenticator, options: GuardOptions): void {
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    if (access === undefined) return;
    const isOpen = access === 'public' || (access === 'summary' && options.publicSummary);
    request.actor = await authenticator.actor(request);
    if (request.actor?.kind === 'admin' || request.actor === null) refuseCrossSite(request, options.publicHost);
    if (isOpen) return;
    if (request.actor === null) throw problem('not-logged-in', 'This needs a login.');
    authorize(request.actor, access === 'summary' ? 'view' : (access as Permission));
  });
}

export interface GuardOptions {
  readonly publicSummary: boolean;
  readonly publicHost: string | null;
}

/** The actor of a route that needs one. */
export function actorOf(request: FastifyRequest): Actor {
  if (request.actor === null) throw problem('not-logged-in', 'This needs a login.');
  return request.actor;
}

/**
 * Cookies travel with requests that other sites make a browser send; SameSite=Strict stops most of them, this the rest
 * (a sibling subdomain is "same site"). Tools that are not browsers send neither header and have no foreign cookies.
 */
function refuseCrossSite(request: FastifyRequest, publicHost: string | null): void {
  if (request.method === 'GET' || request.method === 'HEAD' || bearerOf(request) !== null) return;
  const site = request.headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return;
  const { origin } = request.headers;
  if (site === undefined && (origin === undefined || isOwnHost(origin, request, publicHost))) return;
  throw problem('cross-site', 'A page of another site sent this request; nothing was done.');
}

function isOwnHost(origin: string, request: FastifyRequest, publicHost: string | null): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  return [request.host, request.headers.host, publicHost].some((own) => {
    // Parsed alike, so that ":80" of http is left out on both sides.
    return own !== null && URL.canParse(`${protocol}//${own}`) && new URL(`${protocol}//${own}`).host === host;
  });
}
