import type { Command } from 'commander';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { findUser, type UserItem } from '../find.ts';
import { explain, formatBytes, formatInstant, parseEnd, print, printTable, type Traffic } from '../output.ts';
import { parseSize } from './correction.ts';
import { type Entitlement, entitlementOf, printEntitlement } from './entitlement.ts';
import { addUserChangeCommand, type MemberOptions, membersOf, withMembers } from './user-members.ts';

interface User extends UserItem {
  readonly linkToken?: string | null;
  readonly state: string;
  readonly stateReason: string | null;
  readonly entitlement: Entitlement | null;
  readonly owner: { readonly name: string } | null;
  readonly peers: number;
  readonly traffic: Traffic;
  readonly createdAt: string;
  readonly note: string;
  readonly email: string | null;
  readonly telegramId: number | null;
  readonly tags: readonly string[];
}

interface AddOptions extends MemberOptions {
  readonly token?: string;
  readonly linkToken?: string;
  readonly quota?: number;
  readonly cycle?: string;
  readonly plan?: string;
  readonly expires?: string;
  readonly onHold?: boolean;
  readonly template?: string;
  readonly countInCycle?: boolean;
  readonly json?: boolean;
}

interface ListOptions {
  readonly search?: string;
  readonly plan?: string;
  readonly tag?: string;
  readonly owner?: string;
  readonly sort?: string;
  readonly descending?: boolean;
  readonly json?: boolean;
}

export function addUserCommands(program: Command): void {
  const user = program.command('user').description('the people that usage is accounted to');
  withMembers(
    user
      .command('add <name>')
      .description('create a user; usage already reported under the token is claimed')
      .option('--token <token>', 'user_token that names the user in reports (default: a new one)')
      .option('--link-token <token>', "opens the user's subscription link and page (default: a new one)"),
  )
    .option('--quota <bytes>', 'a quota of everything: 10GiB', parseSize)
    .option('--cycle <cycle>', 'of the quota: month:1, days:30, week:mon, … (default: it never begins anew)')
    .option('--plan <plan>', 'instead of a quota: a plan')
    .option('--expires <when>', 'access ends then: an instant, or with a day', parseEnd)
    .option('--on-hold', 'their time begins with the first use')
    .option('--template <name>', 'what is not given is as the template has it: xpert template list')
    .option('--count-in-cycle', 'claimed usage counts in the running cycle too')
    .option('--json', 'answer as JSON')
    .action((name: string, options: AddOptions) => withApi((api) => add(api, name, options)));
  user
    .command('list')
    .description('list users')
    .option('--search <text>', 'part of the name, note, e-mail, Telegram id or token')
    .option('--plan <plan>', 'those who have it')
    .option('--tag <tag>', 'those who have it')
    .option('--owner <admin>', "that admin's")
    .option('--sort <by>', 'name, used, share, total, expires or seen (default: name)')
    .option('--descending', 'the other way round')
    .option('--json', 'answer as JSON')
    .action((options: ListOptions) => withApi((api) => list(api, options)));
  user
    .command('show <user>')
    .description('show one user')
    .option('--json', 'answer as JSON')
    .action((name: string, options: { json?: boolean }) => withApi((api) => show(api, name, options)));
  addUserChangeCommand(user);
  user
    .command('rotate <user>')
    .description('new user_token; the old one stays an alias')
    .option('--json', 'answer as JSON')
    .action((name: string, options: { json?: boolean }) => withApi((api) => rotate(api, name, options)));
  user
    .command('remove <user>')
    .description('remove a user; history stays')
    .action((name: string) =>
      withApi(async (api) => {
        const { id } = await findUser(api, name);
        await api.delete(`/api/v1/users/${id}`);
        print(`${name} is removed; the usage stays in the history.`);
      }),
    );
}

/** Scripts know the tokens by the names that reports and links use. */
function printJson(user: User): void {
  print(JSON.stringify({ ...user, user_token: user.userToken, link_token: user.linkToken ?? null }));
}

async function add(api: Api, name: string, options: AddOptions): Promise<void> {
  const entitlement = entitlementOf(options);
  const user = await api.post<User>('/api/v1/users', {
    name,
    ...(options.token === undefined ? {} : { userToken: options.token }),
    ...(options.linkToken === undefined ? {} : { linkToken: options.linkToken }),
    ...membersOf(options),
    ...(options.template === undefined ? {} : { template: options.template }),
    ...(options.countInCycle ? { countInCycle: true } : {}),
    ...(Object.keys(entitlement).length === 0 ? {} : { entitlement }),
  });
  if (options.json) return printJson(user);
  print(`${user.name} reports as ${user.userToken}`);
  if (user.traffic.totalBytes === 0) return;
  const inCycle = options.countInCycle ? '' : ' They count towards no quota (with --count-in-cycle they do).';
  print(`${formatBytes(user.traffic.totalBytes)} reported before are claimed.${inCycle}`);
}

async function list(api: Api, { json, descending = false, ...filter }: ListOptions): Promise<void> {
  const query = new URLSearchParams({ limit: '200', ...filter, ...(descending ? { order: 'desc' } : {}) });
  const users = await api.all<User>(`/api/v1/users?${query}`);
  if (json) return print(JSON.stringify({ items: users }));
  if (users.length === 0)
    return explain(`There is no ${query.size > 1 ? 'such user' : 'user yet'}: xpert user add NAME`);
  printTable(
    ['NAME', 'TOKEN', 'OWNER', 'PEERS', 'TRAFFIC', 'SINCE', 'STATE'],
    users.map((user) => [
      user.name,
      user.userToken,
      user.owner?.name ?? '—',
      user.peers,
      formatBytes(user.traffic.totalBytes),
      formatInstant(user.createdAt),
      user.state,
    ]),
  );
}

async function show(api: Api, name: string, options: { json?: boolean }): Promise<void> {
  const { id } = await findUser(api, name);
  const user = await api.get<User>(`/api/v1/users/${id}`);
  if (options.json) return printJson(user);
  const { rxBytes, txBytes, totalBytes } = user.traffic;
  print(`${user.name} (${user.state}), of ${user.owner?.name ?? 'nobody'}, since ${formatInstant(user.createdAt)}`);
  print(`user_token ${user.userToken}`);
  if (user.linkToken) print(`link_token ${user.linkToken}`);
  print(
    `${formatBytes(totalBytes)}: ${formatBytes(txBytes)} down, ${formatBytes(rxBytes)} up; ${counted(user.peers, 'peer')}`,
  );
  if (user.entitlement !== null) printEntitlement(user.entitlement);
  const known = [user.email, user.telegramId === null ? null : `Telegram ${user.telegramId}`, ...user.tags];
  const said = known.filter((word) => word !== null);
  if (said.length > 0) print(said.join(', '));
  if (user.note !== '') print(user.note);
}

async function rotate(api: Api, name: string, options: { json?: boolean }): Promise<void> {
  const { id } = await findUser(api, name);
  const user = await api.post<User>(`/api/v1/users/${id}/rotate-token`);
  if (options.json) return printJson(user);
  print(user.userToken);
}
