import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestOptions } from './http-server.ts';

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: as of answers that are injected
  json(): any;
}

/** Asks over a connection, as any client would; a body goes with the head, in one piece. */
export function requestOver(
  { address, port }: AddressInfo,
  method: string,
  path: string,
  { token, body, headers }: Omit<RequestOptions, 'from'> = {},
): Promise<HttpAnswer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request({ host: address, port, method, path }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      const said = Buffer.concat(chunks).toString('utf8');
      resolve({
        statusCode: answer.statusCode ?? 0,
        headers: answer.headers,
        body: said,
        json: () => JSON.parse(said),
      });
    });
    asked.on('error', reject);
    if (text !== undefined) asked.setHeader('content-type', 'application/json');
    if (text !== undefined) asked.setHeader('content-length', Buffer.byteLength(text));
    if (token !== undefined) asked.setHeader('authorization', `Bearer ${token}`);
    for (const [name, value] of Object.entries(headers ?? {})) asked.setHeader(name, value);
    asked.end(text);
  });
}
