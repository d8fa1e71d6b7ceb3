import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { explain, print, WrongUse } from '../output.ts';
import { addCleanupCommand } from './cleanup.ts';
import { addHistoryCommand } from './history.ts';

interface Import {
  readonly nodes: number;
  readonly users: number;
  readonly peers: number;
  readonly skipped: readonly { readonly record: string; readonly reason: string }[];
}

interface ImportOptions {
  readonly users?: string;
  readonly peers?: string;
  readonly env?: string;
  readonly db?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Verbs that change what is kept: cleanup, history, imports. */
export function addLedgerCommands(program: Command): void {
  addCleanupCommand(program);
  addHistoryCommand(program);
  program
    .command('import')
    .description('take over users, peers and nodes from another system')
    .command('vpnservice')
    .description('from the files of the VPN bot; importing again changes nothing')
    .option('--users <file>', 'users.json')
    .option('--peers <file>', 'peers.json')
    .option('--env <file>', 'env_vars.txt, for the nodes')
    .option('--db <file>', "the bot's SQLite file")
    .option('--watch', 'go on and follow changes of the files')
    .option('--json', 'answer as JSON')
    .action((options: ImportOptions) => {
      if (filesOf(options).length === 0) throw new WrongUse('Which files? Give --db, or --users and --peers.');
      return options.watch ? watch(options) : withApi((api) => importOnce(api, options));
    });
}

async function importOnce(api: Api, options: ImportOptions): Promise<void> {
  const summary = await api.post<Import>(
    '/api/v1/imports/vpnservice',
    Object.fromEntries(filesOf(options).map(([name, file]) => [name, resolve(file)])),
  );
  if (options.json) return print(api.lastText());
  print(
    `New: ${counted(summary.nodes, 'node')}, ${counted(summary.users, 'user')}, ${counted(summary.peers, 'peer')}.`,
  );
  if (summary.peers > 0)
    explain('Peers are listed with the first reading of their node: xpert node poll, then xpert peer list.');
  for (const { record, reason } of summary.skipped) print(`  left out ${record}: ${reason}`);
}

function filesOf({ users, peers, env, db }: ImportOptions): [string, string][] {
  return Object.entries({ users, peers, env, db }).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** Imports again whenever one of the files changed, until it is stopped. */
async function watch(options: ImportOptions): Promise<void> {
  // What the bot wrote last stands beside its SQLite file until that is brought up to date.
  const files = filesOf(options).flatMap(([name, file]) => (name === 'db' ? [file, `${file}-wal`] : [file]));
  const stamp = () => files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join(' ');
  let [taken, told] = ['', ''];
  for (; ; await delay(2000)) {
    const now = stamp();
    if (now === taken) continue;
    try {
      await withApi((api) => importOnce(api, options));
      [taken, told] = [now, ''];
    } catch (error) {
      // The bot may be writing the file right now, or the server be away: it is tried again, and said once.
      const message = error instanceof Error ? error.message : String(error);
      if (message !== told) explain(message);
      told = message;
    }
  }
}
