import type { TSchema } from '@sinclair/typebox';
import type { RouteOptions } from 'fastify';
import type { HttpPorts } from './ports.ts';
import { ProblemJson } from './schemas/common.ts';
import { buildServer } from './server.ts';

/** A route as it was registered. */
export interface DescribedRoute {
  readonly method: string;
  readonly url: string;
  readonly access: string;
  readonly schema: RouteSchema | null;
}

interface RouteSchema {
  readonly tags?: readonly string[];
  readonly summary?: string;
  /** Media types of the body; JSON alone if absent. */
  readonly consumes?: readonly string[];
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  readonly headers?: TSchema;
  readonly body?: TSchema;
  readonly response?: Readonly<Record<string, TSchema>>;
}

/** All routes of the server, from the table itself: nothing can be forgotten. */
export async function listRoutes(): Promise<DescribedRoute[]> {
  const routes: DescribedRoute[] = [];
  const config = {
    version: '',
    trustedProxies: [],
    basePath: '',
    publicUrl: null,
    localUrl: () => null,
    publicHost: null,
    webhookAuth: 'open',
    publicSummary: false,
    legacyLinks: false,
    webRoot: null,
    agentProgramPath: '',
    openapiPath: '',
    logger: null,
  } as const;
  const app = await buildServer(NO_PORTS, config, async (described) => {
    described.addHook('onRoute', (route) => {
      for (const method of [route.method].flat()) if (method !== 'HEAD') routes.push(describeRoute(method, route));
    });
  });
  await app.close();
  return routes;
}

/** Describing calls nothing; only the subscriptions of a start are made. */
const NO_PORTS = {
  ledger: { onCommit: () => () => {} },
  changes: { subscribe: () => () => {} },
  userStates: { onChange: () => () => {}, accessOff: async () => [], accessOffOf: async () => [] },
} as unknown as HttpPorts;

function describeRoute(method: string, route: RouteOptions): DescribedRoute {
  const access = route.config?.access ?? 'public';
  return { method, url: route.url, access, schema: (route.schema as RouteSchema | undefined) ?? null };
}

/** The OpenAPI 3.1 description. Routes without a summary (files of the panel and of the docs page) are left out. */
export async function describeApi(version: string): Promise<object> {
  const components: Components = {};
  const paths: Record<string, Record<string, object>> = {};
  for (const route of await listRoutes()) {
    if (route.schema?.summary === undefined) continue;
    const path = route.url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, route.schema, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Xpert',
      version,
      description:
        'VPN traffic per user in one exact ledger. Bytes are exact JSON integers, instants RFC 3339 UTC, lists page by ' +
        'cursor. rx is what a node received from the user (upload), tx what it sent (download).',
      license: { name: 'AGPL-3.0-only', identifier: 'AGPL-3.0-only' },
    },
    servers: [{ url: '..', description: 'Where this description was read.' }],
    security: [{ session: [] }, { token: [] }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'xpert_session' },
        token: { type: 'http', scheme: 'bearer', description: 'API token (xp_…) with the scope needed.' },
      },
      responses: {
        Problem: {
          description: 'What went wrong, and what to do.',
          content: { 'application/problem+json': { schema: plain(ProblemJson, components) } },
        },
      },
      schemas: components,
    },
  };
}

const OPEN: ReadonlySet<string> = new Set(['public', 'sender']);

function operation(route: DescribedRoute, schema: RouteSchema, components: Components): object {
  const parameters = [
    ...parametersOf(schema.params, 'path', components),
    ...parametersOf(schema.querystring, 'query', components),
    ...parametersOf(schema.headers, 'header', components),
  ];
  return {
    operationId: operationId(route),
    tags: schema.tags,
    summary: schema.summary,
    ...(OPEN.has(route.access) ? { security: [] } : { 'x-permission': route.access }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(schema.body === undefined
      ? {}
      : { requestBody: requestBody(schema.body, schema.consumes ?? ['application/json'], components) }),
    responses: responsesOf(schema.response ?? {}, components),
  };
}

/** `getUsageSeries` for GET /api/v1/usage/series; `getApiUsers` for the seeds' GET /api/users: ids are unique. */
function operationId({ method, url }: DescribedRoute): string {
  const words = url
    .replace(/^\/api\/v1\//, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function parametersOf(
  schema: TSchema | undefined,
  where: 'path' | 'query' | 'header',
  components: Components,
): object[] {
  if (schema === undefined) return [];
  const required: readonly string[] = schema.required ?? [];
  return Object.entries((schema.properties ?? {}) as Record<string, TSchema>).map(([name, property]) => {
    const { description, ...rest } = plain(property, components) as Record<string, unknown>;
    return {
      name,
      in: where,
      // What has a default may be left out.
      required: where === 'path' || (required.includes(name) && rest.default === undefined),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function requestBody(schema: TSchema, consumes: readonly string[], components: Components): object {
  const needed: readonly string[] = schema.required ?? [];
  return {
    required: needed.length > 0 || Array.isArray(schema.anyOf) || schema.minProperties !== undefined,
    content: Object.fromEntries(consumes.map((media) => [media, { schema: plain(schema, components) }])),
  };
}

function responsesOf(responses: Readonly<Record<string, TSchema>>, components: Components): Record<string, object> {
  const problem = { $ref: '#/components/responses/Problem' };
  const described = Object.entries(responses).map(([status, schema]): [string, object] => {
    if (status === '204') return [status, { description: 'Done.' }];
    const { contentMediaType, ...rest } = schema;
    const media: string = contentMediaType ?? (schema.type === 'string' ? 'text/plain' : 'application/json');
    // Several, where the request says which.
    const content = media.split(', ').map((each) => [each, { schema: plain(rest, components) }]);
    return [status, { description: 'OK', content: Object.fromEntries(content) }];
  });
  return { ...Object.fromEntries(described), default: problem };
}

/** Named schemas, gathered while the description is written. */
type Components = Record<string, unknown>;

/** Without TypeBox's symbols, with unions of constants as the enums they are, and named schemas by reference. */
function plain(schema: unknown, components: Components): unknown {
  if (Array.isArray(schema)) return schema.map((entry) => plain(entry, components));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $id, ...rest } = schema as { readonly $id?: string } & Record<string, unknown>;
  const written = withEnum(
    Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, plain(value, components)])),
  );
  if ($id === undefined) return written;
  components[$id] = written;
  return { $ref: `#/components/schemas/${$id}` };
}

function withEnum(schema: Record<string, unknown>): Record<string, unknown> {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const values = (anyOf as { const?: unknown }[]).map((option) => option.const);
  return values.every((value) => typeof value === 'string') ? { type: 'string', enum: values, ...rest } : schema;
}
