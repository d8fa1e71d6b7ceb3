import pg from 'pg';
import { ADDRESS_UNUSABLE } from './socket-messages.ts';

/** @throws Error `ADDRESS_UNUSABLE`: the files that the address names are read here */
export function newClient(
  url: string,
  connectionTimeoutMillis: number,
  { name = 'xpert', answerMs = 0 } = {},
): pg.Client {
  try {
    return new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis,
      application_name: name,
      ...(answerMs > 0 ? { query_timeout: answerMs } : {}),
    });
  } catch (error) {
    throw Object.assign(new Error((error as Error).message), { code: ADDRESS_UNUSABLE });
  }
}
