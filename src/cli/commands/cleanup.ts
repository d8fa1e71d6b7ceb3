import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { ExpectedError } from '../../core/errors.ts';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { explain, formatBytes, formatInstant, print } from '../output.ts';
import { parseDays } from './usage.ts';

interface CleanupOptions {
  readonly days: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface Preview {
  readonly rows: number;
  readonly bytesFreed: number;
  readonly keepsFrom: string;
}

interface Job {
  readonly state: 'proving' | 'removing' | 'done' | 'cancelled' | 'failed';
  readonly rows: number;
  readonly deleted: number;
  readonly bytesFreed: number;
  readonly keepsFrom: string;
  readonly endedAt: string | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

/** How often the progress is asked for. */
const ASK_MS = 300;

export function addCleanupCommand(program: Command): void {
  program
    .command('cleanup')
    .description('remove 15-minute records; days and totals stay. Ctrl-C cancels')
    .requiredOption('--days <days>', 'whole days to keep', parseDays)
    .option('--dry-run', 'only say what would go')
    .option('--json', 'answer as JSON')
    .action((options: CleanupOptions) =>
      withApi((api) => (options.dryRun ? preview(api, options) : run(api, options))),
    );
}

async function preview(api: Api, { days, json }: CleanupOptions): Promise<void> {
  const { rows, bytesFreed, keepsFrom } = await api.post<Preview>('/api/v1/cleanup', { days, dryRun: true });
  if (json) return print(api.lastText());
  print(`${counted(rows, 'record')} would go, about ${formatBytes(bytesFreed)}. ${keptFrom(keepsFrom)}`);
}

async function run(api: Api, { days, json }: CleanupOptions): Promise<void> {
  const cancel = () => void api.delete('/api/v1/cleanup').catch(() => {});
  process.once('SIGINT', cancel);
  try {
    await api.post<Job>('/api/v1/cleanup', { days });
    const job = await follow(api);
    if (json) print(JSON.stringify(job));
    tellEnd(job, json === true);
  } finally {
    process.off('SIGINT', cancel);
  }
}

/** Shows how far it is until it has ended. */
async function follow(api: Api): Promise<Job> {
  for (;;) {
    const { job } = await api.get<{ job: Job | null }>('/api/v1/cleanup');
    if (job === null)
      throw new ExpectedError('cleanup-lost', 'The server was started anew; the cleanup ended with it.');
    tellProgress(job);
    if (job.endedAt !== null) return job;
    await delay(ASK_MS);
  }
}

/** One line that is written over, for people who watch. */
function tellProgress({ state, deleted, rows, endedAt }: Job): void {
  if (!process.stderr.isTTY) return;
  const text = state === 'proving' ? 'comparing the sums that stay …' : `${deleted} of ${rows} records`;
  process.stderr.write(endedAt === null ? `\r\x1b[K${text}` : '\r\x1b[K');
}

function tellEnd({ state, error, deleted, bytesFreed, keepsFrom }: Job, json: boolean): void {
  if (error !== null)
    throw new ExpectedError(error.code, error.message, error.hint === null ? {} : { hint: error.hint });
  if (json) return;
  print(
    `${counted(deleted, 'record is', 'records are')} gone, about ${formatBytes(bytesFreed)}. ${keptFrom(keepsFrom)}`,
  );
  if (state === 'cancelled') explain('It was cancelled; run it again to remove the rest.');
}

function keptFrom(instant: string): string {
  return `Kept from ${formatInstant(instant)} on; before that only days and totals stay.`;
}
