import type { Command } from 'commander';
import { type Config, readConfig } from '../../app/config.ts';
import { readDatabaseAddress, readHistoryPlace, withoutPassword } from '../../app/engine-addresses.ts';
import type { AskServer, MovedLedger } from '../../app/moving/move.ts';
import { ExpectedError } from '../../core/errors.ts';
import type { HistoryPlace } from '../../core/settings/operations.ts';
import { formatDay } from '../../core/units/calendar.ts';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { explain, print, WrongUse } from '../output.ts';
import { compareHistory, type Rebuild } from './history.ts';

interface MigrateOptions {
  readonly to?: string;
  readonly clickhouse?: string;
  readonly clickhouseCluster?: string;
  readonly json?: boolean;
}

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description(
      'move the ledger from the SQLite file into an empty PostgreSQL database, or back; a server that runs goes on there',
    )
    .option('--to <where>', 'postgres://…, or sqlite; without it the address in XPERT_DATABASE_URL')
    .option('--clickhouse <url>', 'mirror history there from now on, and fill it; without it XPERT_CLICKHOUSE_URL')
    .option('--clickhouse-cluster <name>', 'of which cluster its servers are')
    .option('--json', 'answer as JSON')
    .action((options: MigrateOptions) => (options.to === 'sqlite' ? toSqlite(options) : toPostgres(options)));
}

const watcherOf = ({ json }: MigrateOptions) => ({ say: json ? () => {} : explain, step() {} });

async function toSqlite(options: MigrateOptions): Promise<void> {
  if (options.clickhouse !== undefined || options.clickhouseCluster !== undefined)
    throw new WrongUse('ClickHouse mirrors the history of a ledger in PostgreSQL only.', 'Leave --clickhouse out.');
  const config = readConfig();
  const { databaseUrl } = config;
  if (databaseUrl === null)
    throw new WrongUse('From where?', 'XPERT_DATABASE_URL=postgres://… xpert migrate --to sqlite');
  const { moveToSqlite } = await import('../../app/moving/move-to-sqlite.ts');
  const askServer: AskServer = (body) => withApi((api) => api.post('/api/v1/handover', body));
  const moved = await moveToSqlite({ ...config, databaseUrl }, watcherOf(options), askServer);
  if (moved.keptAside !== null) explain(`A file that was left by an earlier move is ${moved.keptAside} now.`);
  if (options.json) {
    print(JSON.stringify(moved));
    return;
  }
  tellMoved(moved);
  const variables = `XPERT_DATABASE_URL${config.clickhouseUrl === null ? '' : ' and XPERT_CLICKHOUSE_URL'}`;
  explain(`Take ${variables} out of the environment or .env before the next start. ${LEFT}`);
}

async function toPostgres(options: MigrateOptions): Promise<void> {
  const config = readConfig();
  const address = options.to === undefined ? config.databaseUrl : readDatabaseAddress(options.to, '--to');
  if (address === null)
    throw new WrongUse('Where to?', 'xpert migrate --to postgres://USER:PASSWORD@HOST:5432/DATABASE');
  const mirror = mirrorOf(options, config);
  if (mirror !== null) await (await import('../../app/moving/try-mirror.ts')).tryMirror(mirror);
  const { moveToPostgres } = await import('../../app/moving/move-to-postgres.ts');
  let isServed = false;
  const askServer: AskServer = async (body) => {
    isServed = true;
    await withApi((api) => api.post('/api/v1/handover', { ...body, mirror }));
  };
  const { firstDay, ...moved } = await moveToPostgres(config, address, watcherOf(options), askServer);
  if (!options.json) tellMoved(moved);
  let history: Rebuild | null = null;
  try {
    const there = { ...config, databaseUrl: address };
    if (mirror !== null && firstDay !== null) history = await fillHistory(there, mirror, firstDay, isServed);
  } finally {
    if (options.json) print(JSON.stringify({ ...moved, history: history && sumsOf(history) }));
    else tellSettings(moved, mirror);
  }
}

function mirrorOf({ clickhouse, clickhouseCluster }: MigrateOptions, config: Config): HistoryPlace | null {
  if (clickhouse !== undefined) return readHistoryPlace(clickhouse, clickhouseCluster ?? null, '--clickhouse');
  if (clickhouseCluster !== undefined)
    throw new WrongUse('Of which servers?', '--clickhouse http://USER:PASSWORD@HOST:8123,HOST2:8123/DATABASE');
  const { clickhouseUrl: url, clickhouseCluster: cluster } = config;
  return url === null ? null : { url, cluster };
}

/** The comparison ends with yesterday. */
const LAST_DAY = '9999-12-31';

/**
 * Waits until ClickHouse has the history, and compares it. Whoever holds the ledger fills it: the server that was asked for the
 * ledger, or this process. @throws ExpectedError that says that the ledger moved
 */
async function fillHistory(
  config: Config,
  { url, cluster }: HistoryPlace,
  firstDay: number,
  isServed: boolean,
): Promise<Rebuild> {
  try {
    const there = { ...config, clickhouseUrl: url, clickhouseCluster: cluster };
    const asked = { from: formatDay(firstDay), to: LAST_DAY, dryRun: true };
    const work = (api: Api) => {
      explain('ClickHouse is being filled. Ctrl-C is no harm: the ledger has moved, and the server goes on with it.');
      return compareHistory(api, asked);
    };
    const history = await withApi(work, there, isServed);
    if (history.error !== null) throw new ExpectedError(history.error.code, history.error.message);
    if (history.differentRows > 0)
      throw new ExpectedError('history-differs', `${counted(history.differentRows, 'row differs', 'rows differ')}.`);
    tellHistory(history);
    return history;
  } catch (error) {
    const { code, message } =
      error instanceof ExpectedError ? error : { code: 'history-not-filled', message: (error as Error).message };
    throw new ExpectedError(code, `The ledger has moved, but ClickHouse does not have all of its history. ${message}`, {
      hint: 'With XPERT_CLICKHOUSE_URL the server goes on filling it by itself; `xpert doctor` says how far it is, and `xpert history rebuild` compares and mends it.',
      cause: error,
    });
  }
}

function tellHistory({ state, comparedDays, rows }: Rebuild): void {
  if (state === 'cancelled')
    explain('It was broken off: the server goes on filling ClickHouse when it runs with XPERT_CLICKHOUSE_URL.');
  else
    explain(
      `ClickHouse has the history: ${counted(comparedDays, 'day')} with ${counted(rows, 'row')} were compared, none differs.`,
    );
}

const sumsOf = ({ state, comparedDays, rows }: Rebuild) => ({ state, comparedDays, rows });

function tellMoved({ place, rows, seconds, pausedSeconds }: MovedLedger): void {
  print(
    `The ledger is in ${place} now: ${counted(rows, 'row')} in ${seconds.toFixed(1)} s, ${pausedSeconds.toFixed(1)} s of them without a server.`,
  );
}

const LEFT = 'What was left stays as it was, and is not opened any more.';

function tellSettings({ place }: MovedLedger, mirror: HistoryPlace | null): void {
  explain(`${LEFT} Before the next start, set in the environment or .env to the addresses that were given here:`);
  explain(`  XPERT_DATABASE_URL (${place})`);
  if (mirror === null) return;
  explain(`  XPERT_CLICKHOUSE_URL (${withoutPassword(mirror.url)})`);
  if (mirror.cluster !== null) explain(`  XPERT_CLICKHOUSE_CLUSTER=${mirror.cluster}`);
}
