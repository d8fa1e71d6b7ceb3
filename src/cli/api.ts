import { type IncomingMessage, request } from 'node:http';
import { type Config, readConfig } from '../app/config.ts';
import { openLocalApi } from '../app/local-api.ts';
import { ExpectedError } from '../core/errors.ts';

/** The HTTP API of the product, with the owner's rights. */
export interface Api {
  readonly serverRuns: boolean;
  /** @throws ExpectedError with the server's code, message and hint */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  patch<T>(path: string, body: object): Promise<T>;
  put<T>(path: string, body: object): Promise<T>;
  delete<T>(path: string): Promise<T>;
  /** Every item of a list that comes in pages. */
  all<T>(path: string): Promise<T[]>;
  /** An answer that is no JSON, piece by piece as it comes. @throws ExpectedError also if it breaks off */
  download(path: string, take: (piece: Buffer) => Promise<void>): Promise<void>;
  /** The last answer as it came: byte values beyond 2^53 are exact only in it. */
  lastText(): string;
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly title?: string;
  readonly hint?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/**
 * Runs `work` with the API of the running server, or of the product opened in this process when none runs. `isServed`: a server
 * is about to listen, and is waited for.
 */
export async function withApi<T>(
  work: (api: Api) => Promise<T>,
  config: Config = readConfig(),
  isServed = false,
): Promise<T> {
  const local = await openLocalApi(config, isServed);
  try {
    return await work(apiOver(local.socketPath, local.serverRuns));
  } finally {
    await local.close();
  }
}

function apiOver(socketPath: string, serverRuns: boolean): Api {
  let text = '';
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await send(socketPath, method, path, body);
    text = answer.text;
    if (answer.status >= 400) throw asError(answer.status, answer.text);
    return (answer.text === '' ? undefined : JSON.parse(answer.text)) as T;
  }
  return {
    serverRuns,
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
    lastText: () => text,
    download: (path, take) => receive(socketPath, path, take),
    async all<T>(path: string): Promise<T[]> {
      const items: T[] = [];
      let cursor: string | null = null;
      do {
        const separator = path.includes('?') ? '&' : '?';
        const page: { items: T[]; nextCursor: string | null } = await call(
          'GET',
          cursor === null ? path : `${path}${separator}cursor=${encodeURIComponent(cursor)}`,
        );
        items.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return items;
    },
  };
}

function send(
  socketPath: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; text: string }> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers =
    payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 500, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

async function receive(socketPath: string, path: string, take: (piece: Buffer) => Promise<void>): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath, method: 'GET', path, agent: false }, resolve).on('error', reject).end();
  });
  const status = response.statusCode ?? 500;
  try {
    let problem = '';
    for await (const piece of response as AsyncIterable<Buffer>) {
      if (status >= 400) problem += piece.toString('utf8');
      else await take(piece);
    }
    if (status >= 400) throw asError(status, problem);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
    throw new ExpectedError('broken-off', 'The answer broke off: what came is not all of it.', { hint: 'Try again.' });
  }
}

function asError(status: number, text: string): ExpectedError {
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    // Not ours, so not JSON: the status has to do.
  }
  const detail = problem.detail ?? problem.title ?? `The server answered ${status}.`;
  const others = (problem.errors ?? []).filter((error) => error.detail !== detail);
  const message = [detail, ...others.map((error) => `${error.pointer}: ${error.detail}`)];
  return new ExpectedError(problem.code ?? 'unexpected-answer', message.join('\n'), {
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    details: { status },
  });
}
