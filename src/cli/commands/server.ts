import type { Command } from 'commander';
import { readConfig, readDatabaseAddress } from '../../app/config.ts';
import type { AskServer, MovedLedger } from '../../app/moving/move.ts';
import { counted } from '../../core/units/counted.ts';
import { holdYoungGeneration } from '../../lib/young-generation.ts';
import { type Api, withApi } from '../api.ts';
import { explain, print, WrongUse } from '../output.ts';
import { addBackupCommands } from './backup.ts';
import { REPORT_OPTIONS } from './report-options.ts';

/** Verbs about the server as a whole: start, doctor, backup, restore, migrate. */
export function addServerCommands(program: Command): void {
  program.command('start').description('serve the panel and the API, and count').action(start);
  program
    .command('agent')
    .description('read this node and bring the readings to a panel elsewhere (XPERT_AGENT=…)')
    .action(agent);
  program.command('demo', { hidden: true }).description('serve a simulated fleet').action(demo);
  program
    .command('doctor')
    .description('look at everything that can be wrong and say what to do')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => doctor(api, options)));
  addBackupCommands(program);
  addReportCommand(program);
  program
    .command('migrate')
    .description(
      'move the ledger from the SQLite file into an empty PostgreSQL database, or back; a server that runs goes on there',
    )
    .option('--to <where>', 'postgres://…, or sqlite; without it the address in XPERT_DATABASE_URL')
    .option('--json', 'answer as JSON')
    .action(migrate);
}

async function migrate({ to, json }: { to?: string; json?: boolean }): Promise<void> {
  const config = readConfig();
  const watcher = { say: json ? () => {} : explain, step() {} };
  const { databaseUrl } = config;
  if (to === 'sqlite') {
    if (databaseUrl === null)
      throw new WrongUse('From where?', 'XPERT_DATABASE_URL=postgres://… xpert migrate --to sqlite');
    const { moveToSqlite } = await import('../../app/moving/move-to-sqlite.ts');
    const moved = await moveToSqlite({ ...config, databaseUrl }, watcher, askServer);
    if (moved.keptAside !== null) explain(`A file that was left by an earlier move is ${moved.keptAside} now.`);
    tellMoved(moved, json, 'Take XPERT_DATABASE_URL out of the environment or .env before the next start.');
    return;
  }
  const address = to === undefined ? databaseUrl : readDatabaseAddress(to);
  if (address === null)
    throw new WrongUse('Where to?', 'xpert migrate --to postgres://USER:PASSWORD@HOST:5432/DATABASE');
  const { moveToPostgres } = await import('../../app/moving/move-to-postgres.ts');
  const moved = await moveToPostgres(config, address, watcher, askServer);
  tellMoved(moved, json, 'Set XPERT_DATABASE_URL to that address before the next start.');
}

/** A server that runs is asked over its socket. */
const askServer: AskServer = async (body) => {
  await withApi((api) => api.post('/api/v1/handover', body));
};

function tellMoved(moved: MovedLedger, json: boolean | undefined, next: string): void {
  if (json) {
    print(JSON.stringify(moved));
    return;
  }
  const { place, rows, seconds, pausedSeconds } = moved;
  print(
    `The ledger is in ${place} now: ${counted(rows, 'row')} in ${seconds.toFixed(1)} s, ${pausedSeconds.toFixed(1)} s of them without a server.`,
  );
  explain(`${next} What was left stays as it was, and is not opened any more.`);
}

/** Its options are read by the verb itself, as in the agent's program, which has no commander. */
function addReportCommand(program: Command): void {
  const report = program
    .command('report')
    .description('report what a client program here carries over servers that are not ours')
    .action(async () => {
      const { reportVerb } = await import('./report.ts');
      await reportVerb(process.argv.slice(process.argv.indexOf('report') + 1));
    });
  for (const [name, value, , meaning] of REPORT_OPTIONS) report.option(`--${name} <${value}>`, meaning);
}

async function start(): Promise<void> {
  const letGrow = holdYoungGeneration();
  const { serve } = await import('../../app/serve.ts');
  await serve(readConfig(), letGrow);
}

async function agent(): Promise<void> {
  const { agentVerb } = await import('./agent.ts');
  await agentVerb();
}

async function demo(): Promise<void> {
  const { serveDemo } = await import('../../app/demo/demo.ts');
  await serveDemo(readConfig());
}

interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'error';
  readonly message: string;
  readonly hint: string | null;
  readonly commands: readonly string[];
}

const SIGNS = { ok: 'ok     ', warning: 'warning', error: 'ERROR  ' } as const;

async function doctor(api: Api, options: { json?: boolean }): Promise<void> {
  const { checks } = await api.get<{ checks: readonly Check[] }>('/api/v1/doctor');
  if (options.json) print(api.lastText());
  else {
    for (const { name, status, message, hint, commands } of checks) {
      print(`${SIGNS[status]} ${name}: ${message}`);
      if (status === 'ok') continue;
      if (hint !== null) print(`          ${hint}`);
      for (const command of commands) print(`            ${command}`);
    }
  }
  if (checks.some((check) => check.status === 'error')) process.exitCode = 1;
}
