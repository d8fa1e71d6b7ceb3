import { type FastifyHttpOptions, type FastifyRequest, fastify, type RawServerDefault } from 'fastify';
import { type GuardOptions, guardAccess } from './auth/access.ts';
import { Authenticator } from './auth/authenticator.ts';
import { LoginGuard } from './auth/login-guard.ts';
import { Passwords } from './auth/passwords.ts';
import type { HttpApp, TypeBoxProvider } from './http-app.ts';
import { webhookRoutes } from './ingest/webhook-routes.ts';
import { writeJson } from './json.ts';
import { KnownRoutes } from './known-routes.ts';
import { logRequests, requestIds } from './logging.ts';
import { Metrics } from './metrics.ts';
import type { HttpParts } from './parts.ts';
import { believeProcesses, localOwnerRequests } from './passed-on.ts';
import type { HttpConfig, HttpPorts } from './ports.ts';
import { problem, sendProblem } from './problem.ts';
import { apiRoutes } from './routes/all.ts';
import { sharedReadingRoutes } from './routes/shared-reading.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { localOwnerSockets } from './socket.ts';
import { compileValidator } from './validation.ts';

/** One MiB, as the contract says. */
const BODY_LIMIT = 1_048_576;
/** A whole request has to arrive in this time: a body sent byte by byte cannot hold a connection. */
export const REQUEST_TIMEOUT_MS = 30_000;
export const MAX_CONNECTIONS = 10_000;
/** Imported user_tokens may be long and are percent-encoded in paths. */
const MAX_PATH_PARAMETER = 2048;

/** Fastify would else load ajv and fast-json-stringify, which no route uses. Its types know only those two. */
const OWN_COMPILERS = {
  buildValidator: () => compileValidator as unknown as () => never,
  buildSerializer: () => () => writeJson,
};

/** Builds the server, not yet listening. `describe` is called before any route exists (scripts/openapi.mjs listens in). */
export async function buildServer(
  ports: HttpPorts,
  config: HttpConfig,
  describe?: (app: HttpApp) => Promise<void>,
): Promise<HttpApp> {
  const app = createApp(config);
  const parts: HttpParts = {
    ports,
    config,
    authenticator: new Authenticator(ports.identity, ports.clock),
    metrics: new Metrics(),
    ...{ logins: new LoginGuard(ports.clock), passwords: new Passwords() },
  };
  app.addHook('onClose', async () => unsubscribe());
  const unsubscribe = ports.ledger.onCommit(() => {
    parts.metrics.commits += 1;
  });
  if (config.visitors != null) believeProcesses(app, config.visitors);
  if (describe !== undefined) await describe(app);
  const { reading } = config;
  if (reading !== undefined) await app.register(async (scope: HttpApp) => sharedReadingRoutes(scope, reading));
  const known = new KnownRoutes();
  // Those that are described: what processes ask of each other is not.
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (schema !== undefined) for (const each of [method].flat()) known.add(each, url);
  });
  // The webhook has none of the hooks below either.
  await app.register(async (scope: HttpApp) => webhookRoutes(scope, ports, config, parts));
  await app.register(async (scope: HttpApp) => {
    const guard: GuardOptions = { publicSummary: config.publicSummary, publicHost: config.publicHost };
    scope.addHook('onRequest', addSecurityHeaders);
    logRequests(scope, config.logger);
    guardAccess(scope, parts.authenticator, guard);
    scope.removeContentTypeParser('text/plain');
    scope.setNotFoundHandler((request, reply) => {
      const methods = known.methodsAt(request.url.split('?', 1)[0] ?? '');
      if (methods.length === 0) throw problem('no-such-route', 'There is nothing at this address.');
      reply.header('allow', methods.join(', '));
      throw problem('wrong-method', `This address takes ${methods.join(' or ')}, not ${request.method}.`);
    });
    apiRoutes(scope, parts);
  });
  await app.ready();
  return app;
}

/** A server without routes. */
export function createApp(config: Pick<HttpConfig, 'trustedProxies' | 'basePath' | 'logger'>): HttpApp {
  const options: FastifyHttpOptions<RawServerDefault> = {
    logger: false,
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    genReqId: requestIds(),
    routerOptions: { maxParamLength: MAX_PATH_PARAMETER },
    schemaController: { compilersFactory: OWN_COMPILERS },
    // An address that cannot be decoded reaches no route, and no handler of errors.
    frameworkErrors: (error, request, reply) => void sendProblem(config.logger, error, request, reply),
    rewriteUrl: (request) => withoutBase(request.url ?? '/', config.basePath),
  };
  const app: HttpApp = fastify(options).withTypeProvider<TypeBoxProvider>();
  app.server.maxConnections = MAX_CONNECTIONS;
  app.setReplySerializer(writeJson);
  app.decorateRequest('actor', null);
  app.decorateRequest('isLocalOwner', {
    getter(this: FastifyRequest) {
      return localOwnerSockets.has(this.raw.socket) || localOwnerRequests.has(this.raw);
    },
  });
  let isEnding = false;
  app.setErrorHandler((error, request, reply) => {
    // Cut off by the end of the server, which waits for nobody for long: nobody hears of it, and the ledger may be closed by now.
    const isCutOff = isEnding && request.raw.socket.destroyed;
    return sendProblem(isCutOff ? null : config.logger, error, request, reply);
  });
  // What comes on a connection that is still open while the server ends is answered 503 by Fastify; senders are told to try again.
  app.addHook('preClose', async () => {
    isEnding = true;
    app.server.prependListener('request', (_request, response) => response.setHeader('retry-after', '2'));
  });
  app.addHook('onRoute', ({ method, url, config: routeConfig }) => {
    if (routeConfig?.access === undefined) throw new Error(`Route ${method} ${url} does not say who may call it.`);
  });
  return app;
}

function withoutBase(url: string, basePath: string): string {
  if (!url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  return rest === '' ? '/' : rest.startsWith('/') ? rest : url;
}
