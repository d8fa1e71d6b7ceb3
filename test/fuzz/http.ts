import { readFileSync } from 'node:fs';
import type { Random } from '../simulation/random.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';
import { damage, fittingValue, oddText, spoil } from './generate.ts';

interface Operation {
  readonly method: Method;
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly body: object | null;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An event stream never ends; backups write files, and passwords are slow on purpose. */
const LEFT_OUT = [/^GET \/api\/v1\/events$/, /^POST \/api\/v1\/backups$/, /session$/, /admins/, /setup/];

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface OpenApiOperation {
  readonly parameters?: Operation['parameters'];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
}

/** Requests made from openapi.json, mostly right, against the real server over a real ledger. */
export class HttpFuzz {
  readonly #openapiPath: string;
  readonly #schemas: Readonly<Record<string, object>>;
  readonly #operations: readonly Operation[];
  #server: HttpTestServer | null = null;
  #tokens: string[] = [];
  #known: string[] = [];
  readonly statuses = new Map<number, number>();

  constructor(openapiPath: string) {
    this.#openapiPath = openapiPath;
    const { paths, components } = JSON.parse(readFileSync(openapiPath, 'utf8')) as OpenApi;
    this.#schemas = components.schemas;
    this.#operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .map(([method, { parameters = [], requestBody }]) => ({
          ...{ method: method.toUpperCase() as Method, path, parameters },
          body: Object.values(requestBody?.content ?? {})[0]?.schema ?? null,
        }))
        .filter(({ method }) => !LEFT_OUT.some((pattern) => pattern.test(`${method} ${path}`))),
    );
  }

  /** A server that nobody has spoiled yet. */
  async restart(): Promise<void> {
    await this.close();
    const server = await startHttp({ openapiPath: this.#openapiPath });
    const owner = await server.token('owner', ['admin']);
    this.#server = server;
    this.#tokens = [owner, owner, await server.token('viewer', ['read']), await server.token('reseller', ['write'])];
    const node = await server.addNode('north');
    await server.poll(node, { 'peer-1': [100n, 2_000n], 'peer-2': [3n, 40n] });
    const add = { name: 'ann', userToken: 'ann-token', linkToken: 'ann-link' };
    await server.request('POST', '/api/v1/users', { token: owner, body: add });
    const lists = await Promise.all(
      ['/api/v1/users', '/api/v1/peers', '/api/v1/nodes'].map((url) => server.request('GET', url, { token: owner })),
    );
    const ids = lists.flatMap((list) => (list.json().items as { id: string }[]).map(({ id }) => id));
    this.#known = ['ann', 'ann-token', 'north', 'vpn.example.com', 'vless', 'UTC', ...ids];
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.#server = null;
  }

  /** @throws if the server failed inside */
  async one(random: Random): Promise<void> {
    if (this.#server === null) await this.restart();
    const operation = random.pick(this.#operations);
    const url = this.#url(operation, random);
    const { body, type } = this.#body(operation, random);
    const token = random.chance(0.9) ? random.pick(this.#tokens) : random.chance(0.5) ? undefined : 'xp_unknown';
    const headers = {
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(random.chance(0.1) ? { 'idempotency-key': asHeader(oddText(random)) } : {}),
    };
    const answer = await this.#server?.app.inject({
      method: operation.method,
      url,
      headers,
      ...(body === undefined ? {} : { payload: body }),
    });
    const status = answer?.statusCode ?? 0;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    const isFine = status < 500 || (status === 503 && answer?.json().code === 'tracking-off') || status === 501;
    if (!isFine) throw new Error(`${operation.method} ${url} ${body ?? ''}\nanswered ${status} ${answer?.body}`);
  }

  #url({ path, parameters }: Operation, random: Random): string {
    const value = (schema: object) =>
      random.chance(0.12) ? oddText(random) : String(fittingValue(schema, this.#schemas, this.#known, random));
    let url = path;
    const query: string[] = [];
    for (const { name, in: place, schema } of parameters) {
      if (place === 'path') url = url.replace(`{${name}}`, asPath(value(schema)));
      else if (place === 'query' && random.chance(0.5))
        query.push(`${name}=${asPath(name === 'cursor' ? cursor(random) : value(schema))}`);
    }
    if (random.chance(0.03)) query.push(`${asPath(oddText(random))}=${asPath(oddText(random))}`);
    return query.length === 0 ? url : `${url}?${query.join('&')}`;
  }

  #body({ body }: Operation, random: Random): { readonly body: string | Buffer | undefined; readonly type: string } {
    const type = random.chance(0.95) ? 'application/json' : asHeader(oddText(random));
    if (body === null && random.chance(0.95)) return { body: undefined, type };
    const value = spoil(
      fittingValue(body ?? {}, this.#schemas, this.#known, random),
      random,
      random.chance(0.5) ? 0 : 0.1,
    );
    const text = JSON.stringify(value) ?? '';
    return { body: random.chance(0.05) ? damage(Buffer.from(text), random) : text, type };
  }
}

/** What looks like a position of ours, and what does not. */
function cursor(random: Random): string {
  const position = random.pick([
    [1],
    ['a', 2],
    [null],
    [{}],
    [[1]],
    [true],
    [1e300],
    [0.5],
    ['x', null, {}],
    {},
    'x',
    5,
  ]);
  return random.chance(0.7) ? Buffer.from(JSON.stringify(position)).toString('base64url') : oddText(random);
}

function asPath(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '?'));
}

/** Node refuses other characters before they are sent. */
function asHeader(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '') || 'x';
}
