import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from './problem.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** Vite's folder of files whose names carry a hash of their content: what they name never changes. */
const HASHED = /^assets\/.*-[A-Za-z0-9_-]{8}\.[a-z0-9]+$/;

interface StaticFile {
  readonly type: string;
  readonly etag: string;
  readonly isImmutable: boolean;
  /** Path and size of each form that was made at build time; `identity` always. */
  readonly forms: ReadonlyMap<'br' | 'gzip' | 'identity', { readonly path: string; readonly bytes: number }>;
}

/** Files of a folder as it was at start: a path that is not in the list does not exist, whatever it contains. */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, StaticFile>;

  constructor(root: string) {
    const paths = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const all = new Set(paths);
    const plain = paths.filter((path) => !/\.(br|gz)$/.test(path));
    this.#files = new Map(
      plain.map((path) => {
        const name = relative(root, path).split(sep).join('/');
        return [name, describe(name, path, all)];
      }),
    );
  }

  names(): string[] {
    return [...this.#files.keys()];
  }

  /** Sends a file of the list in the best form that the client takes; the caller knows that the name is in the list. */
  send(name: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const file = this.#files.get(name);
    if (file === undefined) throw problem('no-such-route', 'There is no such file.');
    reply
      .header('etag', file.etag)
      .header('vary', 'Accept-Encoding')
      .header('cache-control', file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
    const accepted = request.headers['accept-encoding'] ?? '';
    const encoding = (['br', 'gzip'] as const).find((form) => file.forms.has(form) && accepted.includes(form));
    const form = file.forms.get(encoding ?? 'identity');
    if (form === undefined) throw problem('no-such-route', 'There is no such file.');
    if (encoding !== undefined) reply.header('content-encoding', encoding);
    return reply.type(file.type).header('content-length', form.bytes).send(createReadStream(form.path));
  }
}

function describe(name: string, path: string, all: ReadonlySet<string>): StaticFile {
  const forms = new Map<'br' | 'gzip' | 'identity', { path: string; bytes: number }>();
  for (const [form, suffix] of [
    ['identity', ''],
    ['br', '.br'],
    ['gzip', '.gz'],
  ] as const) {
    const formPath = path + suffix;
    if (all.has(formPath)) forms.set(form, { path: formPath, bytes: statSync(formPath).size });
  }
  const isImmutable = HASHED.test(name);
  const content = isImmutable ? path : readFileSync(path);
  return {
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
    isImmutable,
    forms,
  };
}
