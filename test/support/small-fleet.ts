import { join } from 'node:path';
import { writeNodeFile } from './node-file.ts';
import type { TestServer } from './server.ts';

const GIB = 1024 ** 3;

/** Asks the API with the owner's cookie. @throws if it refuses */
export async function asOwner<T>(
  server: Pick<TestServer, 'url'>,
  cookie: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(`${server.url}/${path}`, {
    method,
    headers: body === undefined ? { cookie } : { cookie, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

export interface SmallFleet {
  readonly userId: string;
  readonly readableId: string;
  readonly failingId: string;
}

/** A node that is read, one that is not, users, an unknown token, a reset. */
export async function fillSmallFleet(server: TestServer, cookie: string): Promise<SmallFleet> {
  const post = <T>(path: string, body: unknown) => asOwner<T>(server, cookie, 'POST', path, body);
  const file = join(server.dataDir, 'wg.txt');
  const peers = (factor: number) =>
    ['ann-laptop', 'ann-phone', 'router'].map((name, index) => ({
      name,
      rx: factor * GIB,
      tx: (index + 2) * factor * GIB,
    }));
  writeNodeFile(file, peers(1), 1_000);
  const node = (name: string, path: string) =>
    post<{ id: string }>('api/v1/nodes', { name, kind: 'wireguard', options: { transport: 'file', path } });
  const readable = await node('de-1', file);
  const failing = await node('fin-2-with-a-rather-long-name', `${file}.missing`);
  writeNodeFile(file, peers(2), 3_000);
  await post(`api/v1/nodes/${readable.id}/poll`, {});
  const user = await post<{ id: string }>('api/v1/users', { name: 'ann', userToken: 'ann' });
  const reports = ['ann', 'unknown-token-of-somebody', 'bob'].map((user_token, index) => ({
    user_token,
    server: 'a-server-with-a-long-name.example.net',
    port: 8443,
    protocol: 'vless',
    bytes_uploaded: GIB,
    bytes_downloaded: (index + 3) * GIB,
  }));
  await post('api/xpert/traffic-webhook', reports);
  await post('api/v1/resets', { scope: 'user', userIds: [user.id] });
  return { userId: user.id, readableId: readable.id, failingId: failing.id };
}
