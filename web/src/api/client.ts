import { takeAsked } from './asked.ts';
import { parseExactJson } from './exact-json.ts';

/** A refusal of the server: what happened and what to do, as RFC 9457 has it. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  /** JSON pointer of each wrong field. */
  readonly fields: readonly { readonly pointer: string; readonly detail: string }[];

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.hint = body.hint ?? null;
    this.fields = body.errors ?? [];
  }
}

/** The server did not answer at all. */
export class Offline extends Error {
  override readonly name = 'Offline';
}

interface ProblemBody {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly hint: string;
  readonly errors: readonly { pointer: string; detail: string }[];
}

type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Address below the panel's own folder: the panel works under any path prefix. */
export function address(path: string, query: Query = {}): string {
  const url = new URL(path, document.baseURI.replace(/[#?].*$/, ''));
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value));
  }
  return url.href;
}

export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return send<T>('GET', address(path, query), undefined, signal);
}

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return send<T>('POST', address(path), body);
}

export function put<T>(path: string, body: unknown): Promise<T> {
  return send<T>('PUT', address(path), body);
}

export function patch<T>(path: string, body: unknown): Promise<T> {
  return send<T>('PATCH', address(path), body);
}

export function remove<T>(path: string, body?: unknown): Promise<T> {
  return send<T>('DELETE', address(path), body);
}

async function send<T>(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, credentials: 'same-origin', headers: { accept: 'application/json' } };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, 'content-type': 'application/json' };
  }
  if (signal) init.signal = signal;
  const asked = method === 'GET' ? takeAsked(url) : undefined;
  const response = await (asked ?? fetch(url, init)).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Offline('The server did not answer.', { cause: error });
  });
  const text = await response.text();
  if (!response.ok) throw new Problem(response.status, readProblem(text));
  return (text === '' ? undefined : parseExactJson(text)) as T;
}

function readProblem(text: string): Partial<ProblemBody> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    // A proxy in between answers with a page of its own; its text helps nobody.
    return {};
  }
}
