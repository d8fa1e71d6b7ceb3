import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
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
  readonly users: string;
  readonly peers: string;
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
    .requiredOption('--users <file>', 'users.json')
    .requiredOption('--peers <file>', 'peers.json')
    .option('--env <file>', 'env_vars.txt, for the nodes')
    .option('--db <file>', "the bot's SQLite file")
    .option('--watch', 'go on and follow changes of the files')
    .option('--json', 'answer as JSON')
    .action((options: ImportOptions) => (options.watch ? watch(options) : withApi((api) => importOnce(api, options))));
}

async function importOnce(api: Api, options: ImportOptions): Promise<void> {
  const summary = await api.post<Import>('/api/v1/imports/vpnservice', {
    users: resolve(options.users),
    peers: resolve(options.peers),
    ...(options.env === undefined ? {} : { env: resolve(options.env) }),
    ...(options.db === undefined ? {} : { db: resolve(options.db) }),
  });
  if (options.json) return print(api.lastText());
  print(`New: ${summary.nodes} nodes, ${summary.users} users, ${summary.peers} peers.`);
  for (const { record, reason } of summary.skipped) print(`  left out ${record}: ${reason}`);
}

/** Imports again whenever one of the files changed, until it is stopped. */
async function watch(options: ImportOptions): Promise<void> {
  const files = [options.users, options.peers, options.env, options.db].filter((file) => file !== undefined);
  if (files.length === 0) throw new WrongUse('There is nothing to watch.');
  const stamp = () => files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join(' ');
  for (let last = ''; ; await delay(2000)) {
    const now = stamp();
    if (now === last) continue;
    last = now;
    try {
      await withApi((api) => importOnce(api, options));
    } catch (error) {
      // The bot may be writing the file right now: it is looked at again with its next change.
      explain(error instanceof Error ? error.message : String(error));
    }
  }
}
