import type { SourceFailure } from '../../core/errors.ts';
import { GRPC, GrpcClient, GrpcError } from '../../lib/grpc.ts';
import { sshHostOptionsOf } from '../../lib/ssh-fields.ts';
import { diagnoseIdentity, diagnoseSsh, type SshProblem, sshMissing } from '../../lib/ssh-problems.ts';
import { SshTunnel } from '../../lib/ssh-tunnel.ts';
import { apiRefused, callFailed, failure, forwardRefused } from './failures.ts';
import { apiOf, DEFAULT_API, type XrayOptions } from './options.ts';

/** Most that is taken in one answer: ten times what 100,000 users have. */
const MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

/** The API of one server, beside us or through ssh; the connection is kept. */
export class ApiConnection {
  readonly #options: XrayOptions;
  readonly #directory: string;
  readonly #tunnel: SshTunnel | null;
  #client: GrpcClient | null = null;

  constructor(options: XrayOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.#tunnel =
      options.transport === 'ssh' ? new SshTunnel(sshHostOptionsOf(options, directory), apiOf(options)) : null;
  }

  /** The address as it was typed. */
  get api(): string {
    return this.#options.api ?? DEFAULT_API;
  }

  /** @throws GrpcError, to be explained; SourceFailure; the signal's reason when aborted */
  async call(service: string, method: string, request: Buffer, signal: AbortSignal): Promise<Buffer> {
    signal.throwIfAborted();
    const client = await this.#connected();
    return await client.call(`/${service}/${method}`, request, signal);
  }

  /** What a failed call means, as a SourceFailure where it is one of the server. */
  explain(error: unknown): unknown {
    if (!(error instanceof GrpcError)) return error;
    if (this.#tunnel !== null && error.status === GRPC.unavailable) return this.#explainTunnel(error, this.#tunnel);
    return callFailed(error, this.api, MAX_MESSAGE_BYTES);
  }

  /** Ends the kept connection. Idempotent. */
  async close(): Promise<void> {
    this.#client?.close();
    this.#client = null;
    await this.#tunnel?.close();
  }

  async #connected(): Promise<GrpcClient> {
    const { identityFile } = this.#options;
    const problem = identityFile === undefined || this.#client !== null ? null : await diagnoseIdentity(identityFile);
    if (problem !== null) throw toFailure(problem);
    const path = await this.#tunnel?.listen();
    const { host, port } = apiOf(this.#options);
    const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const target = path === undefined ? `dns:///${place}` : `unix:${path}`;
    this.#client ??= new GrpcClient({ target, maxMessageBytes: MAX_MESSAGE_BYTES });
    return this.#client;
  }

  #explainTunnel(error: GrpcError, { errorText }: SshTunnel): SourceFailure {
    if (/administratively prohibited/i.test(errorText)) return forwardRefused(this.api);
    if (/open failed|forwarding failed/i.test(errorText)) return apiRefused(this.api);
    if (/^ssh: ENOENT/.test(errorText)) return toFailure(sshMissing());
    if (errorText === '') return callFailed(error, this.api, MAX_MESSAGE_BYTES);
    const { target, identityFile, hostKey } = sshHostOptionsOf(this.#options, this.#directory);
    return toFailure(diagnoseSsh({ target, identityFile, hasPinnedKey: hostKey !== null, errorText }));
  }
}

function toFailure({ code, message, hint, commands }: SshProblem): SourceFailure {
  return failure(code, message, hint, commands);
}

export function isUnimplemented(error: unknown): boolean {
  return error instanceof GrpcError && error.status === GRPC.unimplemented;
}
