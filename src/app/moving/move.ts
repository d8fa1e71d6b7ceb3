import { setTimeout as delay } from 'node:timers/promises';
import { ExpectedError } from '../../core/errors.ts';
import type { Handover } from '../../core/settings/operations.ts';
import { randomId } from '../../lib/random-id.ts';
import type { Move } from '../../storage/sql/moving.ts';
import type { Config } from '../config.ts';
import { type DataFolder, DataFolderInUse, holdDataFolder } from '../data-folder.ts';

/** Where a move is, in order. `left`: one commit or renaming decided. */
export type MoveStep = 'begun' | 'round' | 'handed-over' | 'copied' | 'proved' | 'leaving' | 'left' | 'finished';

export interface MoveWatcher {
  /** A line for people. */
  say(line: string): void;
  step(step: MoveStep): void;
}

export interface MovedLedger {
  /** Without its password; a file's path. */
  readonly place: string;
  readonly rows: number;
  readonly seconds: number;
  /** How long a server that ran counted nothing; all of the time where none ran. */
  readonly pausedSeconds: number;
  /** Where a file is kept that was in the place; null: none was, or the ledger went to a database. */
  readonly keptAside: string | null;
}

/** Asks the running server to let go of the ledger. Rejects if it does not. */
export type AskServer = (body: Omit<Handover, 'mirror'>) => Promise<void>;

/** A server ends all that is under way within five seconds. */
const LONGEST_WAIT_MS = 30_000;
const STEP_MS = 50;

export const newMove = (incarnation: string): Move => ({ id: randomId(16), incarnation, atMs: Date.now() });

/** Null: a server holds the folder. */
export function tryFolder({ dataDir }: Config): DataFolder | null {
  try {
    return holdDataFolder(dataDir, 'command');
  } catch (error) {
    if (error instanceof DataFolderInUse) return null;
    throw error;
  }
}

/** The folder, once the server that was asked has let go of it. */
export async function folderFromServer(config: Config): Promise<DataFolder> {
  for (let waitedMs = 0; waitedMs < LONGEST_WAIT_MS; waitedMs += STEP_MS) {
    const folder = tryFolder(config);
    if (folder !== null) return folder;
    await delay(STEP_MS);
  }
  throw new ExpectedError('data-folder-in-use', 'The server did not let go of the ledger.', {
    hint: 'Nothing was moved. Stop it, and run xpert migrate again.',
  });
}

export function nothingToMove(place: string): ExpectedError {
  return new ExpectedError('nothing-to-move', `There is no ledger in ${place} yet.`, {
    hint: 'Start Xpert where the ledger is to be: it begins there.',
  });
}
