import { GRPC, GrpcError } from '../../lib/grpc.ts';
import { ApiConnection, isUnimplemented } from './api-connection.ts';
import { handlerApiOff } from './failures.ts';
import { NO_FIELDS, readUptime } from './messages.ts';
import type { XrayOptions } from './options.ts';
import {
  addUserRequest,
  type Family,
  inboundUserRequest,
  ONLY_TAGS,
  readTags,
  readUser,
  removeUserRequest,
  type UserMessage,
} from './user-messages.ts';

const HANDLERS: Readonly<Record<Family, string>> = {
  xray: 'xray.app.proxyman.command.HandlerService',
  v2ray: 'v2ray.core.app.proxyman.command.HandlerService',
};
const STATS: Readonly<Record<Family, string>> = {
  xray: 'xray.app.stats.command.StatsService',
  v2ray: 'v2ray.core.app.stats.command.StatsService',
};

/** How the server takes a change: it was so already, or it was not and is now. */
export type Altered = 'altered' | 'was-so';

/** HandlerService of one server: who may use which inbound. Nothing of it outlives a restart of the server. */
export class HandlerClient {
  readonly #connection: ApiConnection;
  #family: Family | null = null;

  constructor(options: XrayOptions, directory: string) {
    this.#connection = new ApiConnection(options, directory);
  }

  /** Seconds that the server has been running, and whose names it takes. @throws SourceFailure */
  async running(signal: AbortSignal): Promise<{ readonly family: Family; readonly seconds: number }> {
    for (const family of this.#family === null ? (['xray', 'v2ray'] as const) : [this.#family]) {
      try {
        const message = await this.#connection.call(STATS[family], 'GetSysStats', NO_FIELDS, signal);
        this.#family = family;
        return { family, seconds: readUptime(message) };
      } catch (error) {
        this.#family = null;
        if (!isUnimplemented(error)) throw this.#connection.explain(error);
      }
    }
    throw handlerApiOff(this.#connection.api);
  }

  /** Tags of all inbounds; null where the server does not tell (V2Ray, and Xray before 2025). @throws SourceFailure */
  async tags(family: Family, signal: AbortSignal): Promise<readonly string[] | null> {
    const answer = await this.#ask(family, 'ListInbounds', ONLY_TAGS, signal);
    return answer === null ? null : readTags(answer);
  }

  /** One user of one inbound; null if there is none; `untold` where the server does not tell. @throws SourceFailure */
  async user(family: Family, tag: string, email: string, signal: AbortSignal): Promise<UserMessage | null | 'untold'> {
    try {
      const answer = await this.#ask(family, 'GetInboundUsers', inboundUserRequest(tag, email), signal);
      return answer === null ? 'untold' : readUser(answer);
    } catch (error) {
      // An inbound that knows no users, as that of the API.
      if (error instanceof GrpcError && /not a UserManager|get handler|can't get inbound/i.test(error.message))
        return null;
      throw this.#connection.explain(error);
    }
  }

  /** @throws SourceFailure */
  async remove(family: Family, tag: string, email: string, signal: AbortSignal): Promise<Altered> {
    return await this.#alter(family, removeUserRequest(family, tag, email), /User .* not found/i, signal);
  }

  /** @throws SourceFailure */
  async add(family: Family, tag: string, user: UserMessage, signal: AbortSignal): Promise<Altered> {
    return await this.#alter(family, addUserRequest(family, tag, user), /User .* already exists/i, signal);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #alter(family: Family, request: Buffer, wasSo: RegExp, signal: AbortSignal): Promise<Altered> {
    try {
      await this.#connection.call(HANDLERS[family], 'AlterInbound', request, signal);
      return 'altered';
    } catch (error) {
      if (error instanceof GrpcError && wasSo.test(error.message)) return 'was-so';
      if (isUnimplemented(error)) throw handlerApiOff(this.#connection.api);
      throw this.#connection.explain(error);
    }
  }

  /** Null: the server does not know this method. */
  async #ask(family: Family, method: string, request: Buffer, signal: AbortSignal): Promise<Buffer | null> {
    try {
      return await this.#connection.call(HANDLERS[family], method, request, signal);
    } catch (error) {
      if (isUnimplemented(error)) {
        if (/unknown service/i.test((error as GrpcError).message)) throw handlerApiOff(this.#connection.api);
        return null;
      }
      if (error instanceof GrpcError && error.status === GRPC.unknown) throw error;
      throw this.#connection.explain(error);
    }
  }
}
