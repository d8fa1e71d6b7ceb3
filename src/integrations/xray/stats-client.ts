import type { SourceFailure } from '../../core/errors.ts';
import { GRPC, GrpcClient, GrpcError } from '../../lib/grpc.ts';
import { sshHostOptionsOf } from '../../lib/ssh-fields.ts';
import { diagnoseIdentity, diagnoseSsh, type SshProblem, sshMissing } from '../../lib/ssh-problems.ts';
import { SshTunnel } from '../../lib/ssh-tunnel.ts';
import { apiRefused, callFailed, failure, forwardRefused, statsApiOff } from './failures.ts';
import { NO_FIELDS, type OnlineUser, patternRequest, readOnlineNames, readUsersOnline } from './messages.ts';
import { apiOf, DEFAULT_API, type XrayOptions } from './options.ts';

/** Most that is taken in one answer: ten times what 100,000 users have. */
const MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

/** Xray offers its service under both names, V2Ray and sing-box under the second alone. */
const SERVICES = [
  ['xray', 'xray.app.stats.command.StatsService'],
  ['v2ray', 'v2ray.core.app.stats.command.StatsService'],
] as const;
export type Family = (typeof SERVICES)[number][0];

/** No counter has a name with this in it. */
const NO_SUCH_NAME = '\u0001xpert';

/** What a collector asks of a server. */
export type StatsApi = Pick<StatsClient, 'sysStats' | 'allStats' | 'ignoresPattern' | 'online' | 'close'>;

/** StatsService of one server: counters as their bytes, so that reading them can take turns with everything else. */
export class StatsClient {
  readonly #options: XrayOptions;
  readonly #directory: string;
  readonly #tunnel: SshTunnel | null;
  #client: GrpcClient | null = null;
  #service: (typeof SERVICES)[number] | null = null;
  #online: 'users' | 'names' | 'none' = 'users';

  constructor(options: XrayOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.#tunnel =
      options.transport === 'ssh' ? new SshTunnel(sshHostOptionsOf(options, directory), apiOf(options)) : null;
  }

  /** SysStatsResponse, and whose service it is. @throws SourceFailure; the signal's reason when aborted */
  async sysStats(signal: AbortSignal): Promise<{ readonly family: Family; readonly message: Buffer }> {
    for (const service of this.#service === null ? SERVICES : [this.#service]) {
      try {
        const message = await this.#call(service[1], 'GetSysStats', NO_FIELDS, signal);
        this.#service = service;
        return { family: service[0], message };
      } catch (error) {
        if (!isUnimplemented(error)) throw this.#explain(error);
        this.#service = null;
      }
    }
    throw statsApiOff(this.#api);
  }

  /** QueryStatsResponse with every counter there is. @throws SourceFailure; the signal's reason when aborted */
  async allStats(signal: AbortSignal): Promise<Buffer> {
    return await this.#query(NO_FIELDS, signal);
  }

  /** True if the server shows counters of another name than was asked for, as sing-box alone does. @throws as allStats */
  async ignoresPattern(signal: AbortSignal): Promise<boolean> {
    return (await this.#query(patternRequest(NO_SUCH_NAME), signal)).length > 0;
  }

  /**
   * Who is connected now; empty where the server does not tell. Only for presence: who left between two polls is on no
   * such list. @throws the signal's reason when aborted
   */
  async online(signal: AbortSignal): Promise<readonly OnlineUser[]> {
    if (this.#service === null || this.#online === 'none') return [];
    const [, name] = this.#service;
    try {
      if (this.#online === 'users') return readUsersOnline(await this.#call(name, 'GetUsersStats', NO_FIELDS, signal));
      return readOnlineNames(await this.#call(name, 'GetAllOnlineUsers', NO_FIELDS, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (!isUnimplemented(error)) return [];
      this.#online = this.#online === 'users' ? 'names' : 'none';
      return await this.online(signal);
    }
  }

  /** Ends the kept connection. Idempotent. */
  async close(): Promise<void> {
    this.#client?.close();
    this.#client = null;
    await this.#tunnel?.close();
  }

  get #api(): string {
    return this.#options.api ?? DEFAULT_API;
  }

  async #query(request: Buffer, signal: AbortSignal): Promise<Buffer> {
    const [, name] = this.#service ?? SERVICES[0];
    try {
      return await this.#call(name, 'QueryStats', request, signal);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async #call(service: string, method: string, request: Buffer, signal: AbortSignal): Promise<Buffer> {
    signal.throwIfAborted();
    const client = await this.#connected();
    return await client.call(`/${service}/${method}`, request, signal);
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

  #explain(error: unknown): unknown {
    if (!(error instanceof GrpcError)) return error;
    if (this.#tunnel !== null && error.status === GRPC.unavailable) return this.#explainTunnel(error, this.#tunnel);
    return callFailed(error, this.#api, MAX_MESSAGE_BYTES);
  }

  #explainTunnel(error: GrpcError, { errorText }: SshTunnel): SourceFailure {
    if (/administratively prohibited/i.test(errorText)) return forwardRefused(this.#api);
    if (/open failed|forwarding failed/i.test(errorText)) return apiRefused(this.#api);
    if (/^ssh: ENOENT/.test(errorText)) return toFailure(sshMissing());
    if (errorText === '') return callFailed(error, this.#api, MAX_MESSAGE_BYTES);
    const { target, identityFile, hostKey } = sshHostOptionsOf(this.#options, this.#directory);
    return toFailure(diagnoseSsh({ target, identityFile, hasPinnedKey: hostKey !== null, errorText }));
  }
}

function toFailure({ code, message, hint, commands }: SshProblem): SourceFailure {
  return failure(code, message, hint, commands);
}

function isUnimplemented(error: unknown): boolean {
  return error instanceof GrpcError && error.status === GRPC.unimplemented;
}
