import { ApiConnection, isUnimplemented } from './api-connection.ts';
import { statsApiOff } from './failures.ts';
import { NO_FIELDS, type OnlineUser, patternRequest, readOnlineNames, readUsersOnline } from './messages.ts';
import type { XrayOptions } from './options.ts';

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
  readonly #connection: ApiConnection;
  #service: (typeof SERVICES)[number] | null = null;
  #online: 'users' | 'names' | 'none' = 'users';

  constructor(options: XrayOptions, directory: string) {
    this.#connection = new ApiConnection(options, directory);
  }

  /** SysStatsResponse, and whose service it is. @throws SourceFailure; the signal's reason when aborted */
  async sysStats(signal: AbortSignal): Promise<{ readonly family: Family; readonly message: Buffer }> {
    for (const service of this.#service === null ? SERVICES : [this.#service]) {
      try {
        const message = await this.#connection.call(service[1], 'GetSysStats', NO_FIELDS, signal);
        this.#service = service;
        return { family: service[0], message };
      } catch (error) {
        if (!isUnimplemented(error)) throw this.#connection.explain(error);
        this.#service = null;
      }
    }
    throw statsApiOff(this.#connection.api);
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
      if (this.#online === 'users')
        return readUsersOnline(await this.#connection.call(name, 'GetUsersStats', NO_FIELDS, signal));
      return readOnlineNames(await this.#connection.call(name, 'GetAllOnlineUsers', NO_FIELDS, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (!isUnimplemented(error)) return [];
      this.#online = this.#online === 'users' ? 'names' : 'none';
      return await this.online(signal);
    }
  }

  /** Ends the kept connection. Idempotent. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #query(request: Buffer, signal: AbortSignal): Promise<Buffer> {
    const [, name] = this.#service ?? SERVICES[0];
    try {
      return await this.#connection.call(name, 'QueryStats', request, signal);
    } catch (error) {
      throw this.#connection.explain(error);
    }
  }
}
