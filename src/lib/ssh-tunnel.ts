import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { SshHost, type SshHostOptions } from './ssh.ts';

const MAX_ERROR_CHARACTERS = 16_384;

/**
 * An address behind a host, as a unix socket of this process: each connection to the socket is one through ssh. Nothing
 * listens on a port, and nobody but the owner of the folder gets in.
 */
export class SshTunnel {
  readonly #host: SshHost;
  readonly #to: { readonly host: string; readonly port: number };
  readonly #path: string;
  readonly #open = new Set<Socket>();
  #server: Server | null = null;
  #listening: Promise<string> | null = null;
  #errorText = '';

  constructor(options: SshHostOptions, to: { readonly host: string; readonly port: number }) {
    this.#host = new SshHost(options);
    this.#to = to;
    this.#path = join(options.directory, `t-${randomBytes(4).toString('hex')}`);
  }

  /** What the last ssh that ended said; '' if it said nothing. */
  get errorText(): string {
    return this.#errorText;
  }

  /** Path of the socket, which listens from now on. */
  async listen(): Promise<string> {
    this.#listening ??= this.#begin();
    return await this.#listening;
  }

  /** Ends all connections. Idempotent. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#listening = null;
    for (const socket of this.#open) socket.destroy();
    if (server !== null) await new Promise((resolve) => server.close(resolve));
    await rm(this.#path, { force: true });
    await this.#host.close();
  }

  async #begin(): Promise<string> {
    await this.#host.prepare();
    const server = createServer((socket) => void this.#connect(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#path, resolve);
    });
    server.unref();
    return this.#path;
  }

  async #connect(socket: Socket): Promise<void> {
    this.#open.add(socket);
    socket.on('error', () => {});
    const ssh = await this.#host.dial(this.#to);
    let errorText = '';
    ssh.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (errorText.length < MAX_ERROR_CHARACTERS) errorText += text;
    });
    const end = () => {
      this.#open.delete(socket);
      this.#errorText = errorText;
      socket.destroy();
    };
    // What ssh has to say comes before the end of the socket, so that who finds it ended can ask why.
    ssh.once('error', (error: NodeJS.ErrnoException) => {
      errorText = `ssh: ${error.code ?? error.message}`;
      end();
    });
    ssh.once('close', end);
    pipeline(socket, ssh.stdin, () => ssh.kill('SIGKILL'));
    ssh.stdout.pipe(socket, { end: false });
  }
}
