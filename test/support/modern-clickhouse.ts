import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root, temporaryFolder } from './server.ts';

/** ClickHouse 26.7 as a library: half a gigabyte, so it is no dependency. Its packages hold all of it: no script fetches more. */
const CHDB = 'chdb@3.4.0';

interface Session {
  query(sql: string): string;
  cleanup(): void;
}

/** Installed once, into a folder of its own. */
function install(): string {
  const folder = join(root, 'node_modules', '.cache', 'xpert-chdb');
  if (existsSync(join(folder, 'node_modules', 'chdb', 'package.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', CHDB];
  execFileSync('npm', args, { cwd: folder, stdio: 'pipe', timeout: 300_000 });
  return folder;
}

/** The engine of today behind the part of ClickHouse's HTTP that we speak, one statement at a time. */
export class ModernClickHouse {
  readonly #folder = temporaryFolder('modern-clickhouse');
  readonly #server: Server;
  readonly #session: Session;

  private constructor() {
    const chdb = createRequire(join(install(), 'package.json'))('chdb') as { Session: new (path: string) => Session };
    this.#session = new chdb.Session(join(this.#folder.path, 'data'));
    this.#session.query('CREATE DATABASE history');
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        (text) => response.end(text),
        (error: Error) => response.writeHead(500).end(error.message),
      );
    });
  }

  static async start(): Promise<ModernClickHouse> {
    const started = new ModernClickHouse();
    started.#server.listen(0, '127.0.0.1');
    await once(started.#server, 'listening');
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/history`;
  }

  query(sql: string): string {
    return this.#session.query(sql);
  }

  async #answer(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { searchParams } = new URL(request.url ?? '', 'http://host');
    const own = ['database', 'query', 'query_id', 'wait_end_of_query', 'sent_structure'];
    for (const [name, value] of searchParams) {
      if (!own.includes(name)) this.query(`SET ${name} = '${value}'`);
    }
    this.query(`USE ${searchParams.get('database')}`);
    const body = Buffer.concat(chunks);
    const structure = searchParams.get('sent_structure');
    if (structure === null) return this.query(body.toString());
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const sent = (await new Response(body, { headers }).formData()).get('sent') as File;
    const file = join(this.#folder.path, 'sent.tsv');
    writeFileSync(file, await sent.text());
    return this.query(
      `${searchParams.get('query')}`.replace('FROM sent', `FROM file('${file}', 'TSV', '${structure}')`),
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#session.cleanup();
    this.#folder.remove();
  }
}
