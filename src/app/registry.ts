import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidInput } from '../core/errors.ts';
import type { SecretBox } from '../core/identity/secret-box.ts';
import type { Integration } from '../core/metering/integration.ts';
import type { Clock } from '../core/units/clock.ts';
import { declared } from '../integrations/declared/integration.ts';
import { marzban } from '../integrations/marzban/integration.ts';
import { mtproto } from '../integrations/mtproto/integration.ts';
import { openvpn } from '../integrations/openvpn/integration.ts';
import { outline } from '../integrations/outline/integration.ts';
import { remnawave } from '../integrations/remnawave/integration.ts';
import { shadowsocks } from '../integrations/shadowsocks/integration.ts';
import { threeXui } from '../integrations/three-x-ui/integration.ts';
import { wireguard } from '../integrations/wireguard/integration.ts';
import { singBox, v2ray, xray } from '../integrations/xray/integration.ts';
import { KeyFileBox } from '../lib/key-file-box.ts';
import { randomId } from '../lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from '../storage/sqlite/sqlite-store.ts';
import type { Config } from './config.ts';
import { distFolder } from './paths.ts';

/** Every kind of source that nodes can have: one line each. */
const integrations: readonly Integration[] = [
  wireguard,
  xray,
  v2ray,
  singBox,
  openvpn,
  shadowsocks,
  mtproto,
  marzban,
  threeXui,
  remnawave,
  outline,
  declared,
];

/** @throws InvalidInput naming the kinds there are */
export function integrationOf(kind: string): Integration {
  const integration = integrations.find((candidate) => candidate.kind === kind);
  if (integration !== undefined) return integration;
  const known = integrations.map((candidate) => candidate.kind).join(', ');
  throw new InvalidInput('/kind', `There is no integration "${kind}".`, `Choose one of: ${known}.`, 'unknown-kind');
}

/** Everything the product keeps. One engine in this version. */
export type Store = SqliteStore;

/** 16 of 62 characters are 95 bits: ids cannot be guessed and do not collide. */
const ID_LENGTH = 16;

/** Seals what is secret in the ledger with a key beside it. */
export function openSecretBox(config: Pick<Config, 'dataDir'>): KeyFileBox {
  return new KeyFileBox(join(config.dataDir, 'secret.key'));
}

/** Opens the ledger that the configuration names. @throws LedgerFailure */
export async function openStore(config: Config, clock: Clock, secretBox: SecretBox): Promise<Store> {
  const path = config.databasePath;
  const worker = (name: string) => pathToFileURL(join(distFolder, name));
  return await openSqliteStore({
    path,
    clock,
    newId: () => randomId(ID_LENGTH),
    secretBox,
    // The system's zone counts at the very first start only: later it may change without anybody meaning it.
    timeZone: config.timeZone ?? (existsSync(path) ? null : Intl.DateTimeFormat().resolvedOptions().timeZone),
    workers: { writer: worker('sqlite-writer.mjs'), reader: worker('sqlite-reader.mjs') },
  });
}
