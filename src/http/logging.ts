import { randomBytes } from 'node:crypto';
import type { HttpApp } from './http-app.ts';

/** The part of pino that http/ uses. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Ids of requests, by which what went wrong is found in the log. */
export function requestIds(): () => string {
  const prefix = randomBytes(4).toString('hex');
  let count = 0;
  return () => `${prefix}-${(count++).toString(36)}`;
}

/** Path parameters that may be a token. Users are also found by theirs. */
const SECRET_PARAMETERS = /:(?:user_token|link_token|username)(?=\/|$)|(?<=\/users\/):id(?=\/|$)/g;

/**
 * A request's path as it may be logged: the route's own pattern with the harmless parameters filled in. What no route
 * matched is cut after its first segment: a mistyped address may hold a token, too.
 */
export function loggablePath(
  url: string,
  pattern: string | undefined,
  parameters: Readonly<Record<string, string>>,
): string {
  if (pattern === undefined) {
    const first = /^\/[^/?#]*/.exec(url)?.[0] ?? '/';
    return first === url ? url : `${first === '/' ? '' : first}/…`;
  }
  return pattern.replace(SECRET_PARAMETERS, '***').replace(/:(\w+)/g, (_all, name: string) => parameters[name] ?? '');
}

/** One line per answered request: who did what, how it went. No query string, no body, no header. */
export function logRequests(app: HttpApp, logger: Logger | null): void {
  if (logger === null) return;
  app.addHook('onResponse', (request, reply, done) => {
    logger.info(
      {
        requestId: request.id,
        method: request.method,
        path: loggablePath(request.raw.url ?? '', request.routeOptions.url, request.params as Record<string, string>),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        from: request.isLocalOwner ? 'cli' : request.ip,
      },
      'request',
    );
    done();
  });
}
