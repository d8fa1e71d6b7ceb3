import type { Command } from 'commander';
import { readConfig } from '../../app/config.ts';
import { holdYoungGeneration } from '../../lib/young-generation.ts';
import { type Api, withApi } from '../api.ts';
import { print } from '../output.ts';
import { addBackupCommands } from './backup.ts';
import { addMigrateCommand } from './migrate.ts';
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
  addMigrateCommand(program);
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
