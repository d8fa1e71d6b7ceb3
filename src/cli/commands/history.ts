import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { ExpectedError } from '../../core/errors.ts';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { explain, print } from '../output.ts';

interface RebuildOptions {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export interface Rebuild {
  readonly state: 'filling' | 'comparing' | 'verifying' | 'done' | 'cancelled' | 'failed';
  readonly days: number;
  readonly missingDays: number;
  readonly comparedDays: number;
  readonly rows: number;
  readonly differentRows: number;
  readonly differentDays: readonly string[];
  readonly endedAt: string | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

const PATH = '/api/v1/history/rebuild';
/** How often the progress is asked for. */
const ASK_MS = 300;

export function addHistoryCommand(program: Command): void {
  program
    .command('history')
    .description('the mirror of history in ClickHouse')
    .command('rebuild')
    .description('compare days with the ledger, row by row, and make anew what differs. Ctrl-C cancels')
    .requiredOption('--from <day>', 'first day, like 2026-01-31')
    .requiredOption('--to <day>', 'last day')
    .option('--dry-run', 'only say what differs')
    .option('--json', 'answer as JSON')
    .action((options: RebuildOptions) => withApi((api) => run(api, options)));
}

async function run(api: Api, { from, to, dryRun = false, json }: RebuildOptions): Promise<void> {
  const rebuild = await compareHistory(api, { from, to, dryRun });
  if (json) print(JSON.stringify(rebuild));
  tellEnd(rebuild, dryRun, json === true);
}

/** Shows how far it is; Ctrl-C cancels it. @returns how it ended */
export async function compareHistory(
  api: Api,
  asked: { readonly from: string; readonly to: string; readonly dryRun: boolean },
): Promise<Rebuild> {
  let isCancelled = false;
  const cancel = () => {
    isCancelled = true;
    void api.delete(PATH).catch(() => {});
  };
  process.once('SIGINT', cancel);
  try {
    await api.post(PATH, asked);
    // What was cancelled before it began.
    if (isCancelled) cancel();
    return await follow(api);
  } finally {
    process.off('SIGINT', cancel);
  }
}

/** Shows how far it is until it has ended. */
async function follow(api: Api): Promise<Rebuild> {
  for (;;) {
    const { rebuild } = await api.get<{ rebuild: Rebuild | null }>(PATH);
    if (rebuild === null)
      throw new ExpectedError('history-rebuild-lost', 'The server was started anew; the comparison ended with it.', {
        hint: 'Run it again: what was made anew stays so.',
      });
    tellProgress(rebuild);
    if (rebuild.endedAt !== null) return rebuild;
    await delay(ASK_MS);
  }
}

/** One line that is written over, for people who watch. */
function tellProgress(rebuild: Rebuild): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(rebuild.endedAt === null ? `\r\x1b[K${progressOf(rebuild)}` : '\r\x1b[K');
}

function progressOf({ state, missingDays, comparedDays, days, differentRows }: Rebuild): string {
  if (state === 'filling') return `filling: ${days - missingDays} of ${days} days …`;
  if (state === 'verifying') return 'sending and comparing again …';
  return `${comparedDays} of ${days} days, ${counted(differentRows, 'row differs', 'rows differ')}`;
}

function tellEnd(
  { state, error, comparedDays, rows, differentRows, differentDays }: Rebuild,
  dryRun: boolean,
  json: boolean,
): void {
  if (error !== null)
    throw new ExpectedError(error.code, error.message, error.hint === null ? {} : { hint: error.hint });
  if (json) return;
  const [first] = differentDays;
  print(
    `${counted(comparedDays, 'day')} with ${counted(rows, 'row')} were compared; ${first === undefined ? 'none differs' : counted(differentRows, 'row differs', 'rows differ')}.`,
  );
  if (first !== undefined) print(`Days that ${dryRun ? 'differ' : 'differed'}: ${differentDays.join(', ')}`);
  if (state === 'cancelled') explain('It was cancelled; run it again for the rest.');
  else if (first !== undefined)
    explain(dryRun ? 'Without --dry-run they are made anew.' : 'They were made anew, and compared again.');
}
