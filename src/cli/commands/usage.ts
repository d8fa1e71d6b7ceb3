import { type Command, InvalidArgumentError } from 'commander';
import { ExpectedError, NotFound } from '../../core/errors.ts';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { findUser, type UserItem } from '../find.ts';
import { explain, formatBytes, formatInstant, print, printTable, type Traffic } from '../output.ts';

interface Summary {
  readonly users: number;
  readonly servers: number;
  readonly connections: number;
  readonly traffic: Traffic;
  readonly unclaimed: Traffic;
}

interface Holder {
  readonly name: string;
  readonly unclaimed: boolean;
  readonly traffic: Traffic;
  readonly servers: number;
  readonly lastUsedAt: string | null;
}

interface Carrier {
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  readonly traffic: Traffic;
  readonly connections: number;
  readonly lastUsedAt: string | null;
}

interface Options {
  readonly days: number;
  readonly json?: boolean;
}

export function addUsageCommands(program: Command): void {
  program
    .command('usage [user]')
    .description('who used how much; with a user: over which servers')
    .option('--days <days>', 'whole days, today included', parseDays, 30)
    .option('--json', 'answer as JSON')
    .action((user: string | undefined, options: Options) =>
      withApi((api) => (user === undefined ? everybody(api, options) : oneUser(api, user, options))),
    );
}

export function parseDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 36_500)
    throw new InvalidArgumentError('It must be 1 or more whole days.');
  return days;
}

async function everybody(api: Api, { days, json }: Options): Promise<void> {
  const summary = await api.get<Summary>(`/api/v1/usage/summary?days=${days}`);
  const holders = await api.all<Holder>(`/api/v1/usage/holders?days=${days}&sort=total&order=desc&limit=200`);
  if (json) return print(JSON.stringify({ summary, items: holders }));
  print(
    `${formatBytes(summary.traffic.totalBytes)} in ${counted(days, 'day')}: ${counted(summary.users, 'user')}, ${counted(summary.servers, 'server')}, ${counted(summary.connections, 'connection')}`,
  );
  if (summary.unclaimed.totalBytes > 0)
    print(`${formatBytes(summary.unclaimed.totalBytes)} of it belong to nobody yet: xpert user add NAME --token TOKEN`);
  if (holders.length === 0) return;
  print('');
  printTable(
    ['USER', 'DOWN', 'UP', 'TOTAL', 'SERVERS', 'LAST USED'],
    holders.map(({ name, unclaimed, traffic, servers, lastUsedAt }) => [
      unclaimed ? `${name} (unclaimed)` : name,
      formatBytes(traffic.txBytes),
      formatBytes(traffic.rxBytes),
      formatBytes(traffic.totalBytes),
      servers,
      formatInstant(lastUsedAt),
    ]),
  );
}

async function oneUser(api: Api, which: string, { days, json }: Options): Promise<void> {
  const user = await userOrNobody(api, which);
  const whose = user === null ? `token=${encodeURIComponent(which)}` : `user=${user.id}`;
  const { items } = await carriers(api, `${whose}&days=${days}`, which);
  if (json) return print(api.lastText());
  const total = items.reduce((sum, { traffic }) => sum + traffic.totalBytes, 0);
  print(`${user?.name ?? `${which} (unclaimed)`}: ${formatBytes(total)} in ${counted(days, 'day')}`);
  if (user === null) explain(`Nobody has that token yet: xpert user add NAME --token ${which}`);
  if (items.length === 0) return;
  print('');
  printTable(
    ['SERVER', 'PROTOCOL', 'DOWN', 'UP', 'TOTAL', 'CONNECTIONS', 'LAST USED'],
    items.map(({ server, port, protocol, traffic, connections, lastUsedAt }) => [
      `${server}:${port}`,
      protocol,
      formatBytes(traffic.txBytes),
      formatBytes(traffic.rxBytes),
      formatBytes(traffic.totalBytes),
      connections,
      formatInstant(lastUsedAt),
    ]),
  );
}

async function userOrNobody(api: Api, which: string): Promise<UserItem | null> {
  return await findUser(api, which).catch((error: unknown) => {
    if (error instanceof NotFound) return null;
    throw error;
  });
}

/** @throws NotFound also where `which` is no token that was ever reported */
async function carriers(api: Api, query: string, which: string): Promise<{ readonly items: readonly Carrier[] }> {
  try {
    return await api.get(`/api/v1/usage/carriers?${query}`);
  } catch (error) {
    if (!(error instanceof ExpectedError) || error.code !== 'not-found') throw error;
    throw new NotFound('user', which, 'xpert user list shows them, xpert usage those that only reports name.');
  }
}
