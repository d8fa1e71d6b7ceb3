import { readFile } from 'node:fs/promises';
import { failure } from './failures.ts';
import type { Account } from './user-messages.ts';

/** A user of one inbound, as the configuration has them. Secret. */
export interface ConfiguredUser {
  readonly tag: string;
  readonly level: number;
  readonly account: Account;
}

type Fields = Readonly<Record<string, unknown>>;
type Reading = (client: Fields, settings: Fields) => Account | null;

const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isInteger(value) ? value : 0);
const account = (
  protocol: Account['protocol'],
  texts: readonly [number, unknown][],
  numbers: readonly [number, unknown][] = [],
) => ({
  protocol,
  texts: new Map(texts.map(([id, value]) => [id, textOf(value)])),
  numbers: new Map(numbers.map(([id, value]) => [id, numberOf(value)])),
});

/** CipherType of proxy/shadowsocks/config.proto, by the names that infra/conf/shadowsocks.go takes. */
const CIPHERS: Readonly<Record<string, number>> = {
  'aes-128-gcm': 5,
  aead_aes_128_gcm: 5,
  'aes-256-gcm': 6,
  aead_aes_256_gcm: 6,
  'chacha20-poly1305': 7,
  'chacha20-ietf-poly1305': 7,
  aead_chacha20_poly1305: 7,
  'xchacha20-poly1305': 8,
  'xchacha20-ietf-poly1305': 8,
};

/** infra/conf of each protocol: what a client of its settings becomes. */
const READINGS: Readonly<Record<string, Reading>> = {
  vless: ({ id, flow, encryption }) =>
    account('vless', [
      [1, id],
      [2, flow],
      [3, encryption],
    ]),
  vmess: ({ id, alterId }) => account('vmess', [[1, id]], [[2, alterId]]),
  trojan: ({ password, flow }) =>
    account('trojan', [
      [1, password],
      [2, flow],
    ]),
  // Several users by one port: Xray alone, and not with the ciphers of 2022, whose accounts are others.
  shadowsocks: ({ password, method }, settings) => {
    const cipher = CIPHERS[textOf(method ?? settings.method).toLowerCase()];
    return cipher === undefined ? null : account('shadowsocks', [[1, password]], [[2, cipher]]);
  },
};

/**
 * Users of a server's configuration by their email; one may stand in several inbounds. Those without an email, and those
 * of inbounds without a tag, cannot be named to the API and are passed over. @throws SourceFailure
 */
export async function readServerConfig(path: string): Promise<ReadonlyMap<string, readonly ConfiguredUser[]>> {
  const users = new Map<string, ConfiguredUser[]>();
  for (const { tag, protocol, settings } of list(await readInbounds(path))) {
    const read = READINGS[textOf(protocol)];
    const fields = (settings ?? {}) as Fields;
    if (read === undefined || textOf(tag) === '') continue;
    for (const client of list(fields.clients)) {
      const email = textOf(client.email);
      const found = email === '' ? null : read(client, fields);
      if (found === null) continue;
      users.set(email, [
        ...(users.get(email) ?? []),
        { tag: textOf(tag), level: numberOf(client.level), account: found },
      ]);
    }
  }
  return users;
}

async function readInbounds(path: string): Promise<unknown> {
  try {
    const { inbounds } = JSON.parse(withoutComments(await readFile(path, 'utf8'))) as { inbounds?: unknown };
    return inbounds;
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is no JSON' : String((error as NodeJS.ErrnoException).code);
    throw failure(
      'server-config-unreadable',
      `The configuration that this node names cannot be read: ${reason}.`,
      'Nobody is cut without it, because nobody could be given back. Xpert reads it as the user it runs as.',
      [`ls -l ${path}`],
    );
  }
}

/** Xray and V2Ray take comments of all three kinds in their JSON (infra/conf/json/reader.go). */
function withoutComments(text: string): string {
  return text.replace(COMMENT, (_, quoted: string | undefined) => quoted ?? '');
}

const COMMENT = /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//g;
