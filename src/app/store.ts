import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SecretBox } from '../core/identity/secret-box.ts';
import type { Clock } from '../core/units/clock.ts';
import { KeyFileBox } from '../lib/key-file-box.ts';
import { randomId } from '../lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from '../storage/sqlite/sqlite-store.ts';
import type { Config } from './config.ts';
import { distFolder } from './paths.ts';

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
