import type { HttpApp } from './http-app.ts';

/** The part of pino that http/ uses. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const SECRET_SEGMENTS: readonly { readonly after: RegExp }[] = [
  { after: /(\/traffic-stats\/)(?!global(?:$|\/)|database(?:$|\/)|cleanup(?:$|\/)|reset(?:$|\/)|server\/)[^/]+/ },
  { after: /(\/u\/)[^/]+/ },
  { after: /(\/sub\/)[^/]+/ },
];

/** A request's path as it may be logged: without the query string, tokens in it masked. */
export function loggablePath(url: string): string {
  const query = url.search(/[?#]/);
  let path = query < 0 ? url : url.slice(0, query);
  for (const { after } of SECRET_SEGMENTS) path = path.replace(after, '$1***');
  return path;
}

/** One line per answered request: who did what, how it went. No query string, no body, no header. */
export function logRequests(app: HttpApp, logger: Logger | null): void {
  if (logger === null) return;
  app.addHook('onResponse', (request, reply, done) => {
    logger.info(
      {
        requestId: request.id,
        method: request.method,
        path: loggablePath(request.raw.url ?? ''),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        from: request.isLocalOwner ? 'cli' : request.ip,
      },
      'request',
    );
    done();
  });
}
