import type { Command } from 'commander';
import { NotFound } from '../../core/errors.ts';
import { type Api, withApi } from '../api.ts';
import { explain, formatBytes, formatInstant, print, printTable } from '../output.ts';
import { readPassword } from '../password.ts';
import { parseSize } from './correction.ts';

interface Admin {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly createdAt: string;
  readonly disabled: boolean;
}

interface Limit {
  readonly bytes: number;
  readonly usedBytes: number;
  readonly percent: number;
  readonly cutsUsers: boolean;
  readonly to: string | null;
  readonly reachedAt: string | null;
}

interface LimitOptions {
  readonly cycle?: string;
  readonly cutUsers?: boolean;
  readonly none?: boolean;
  readonly json?: boolean;
}

interface PasswordOptions {
  readonly password?: string;
  readonly passwordStdin?: boolean;
  readonly json?: boolean;
}

export function addAdminCommands(program: Command): void {
  const admin = program.command('admin').description('who may log in to the panel');
  admin
    .command('add <name>')
    .description('create an admin; the password is asked for, or made and shown')
    .option('--role <role>', 'owner, reseller or viewer (default: owner for the first, then viewer)')
    .option('--password <password>', 'seen by other users of this machine while it runs')
    .option('--password-stdin', 'read the password from standard input')
    .option('--json', 'answer as JSON')
    .action((name: string, options: PasswordOptions & { role?: string }) => withApi((api) => add(api, name, options)));
  admin
    .command('password <name>')
    .description('set a new password; ends all sessions of the admin')
    .option('--password <password>', 'seen by other users of this machine while it runs')
    .option('--password-stdin', 'read the password from standard input')
    .action((name: string, options: PasswordOptions) => withApi((api) => setPassword(api, name, options)));
  admin
    .command('limit <name> [bytes]')
    .description('what all users of a reseller may use together: shows it, or sets it, as 2TiB')
    .option('--cycle <cycle>', 'month:1 (the default), week:mon, none …')
    .option('--cut-users', 'once it is reached its users are without access; else it can only make no more of them')
    .option('--none', 'take the limit away')
    .option('--json', 'answer as JSON')
    .action((name: string, bytes: string | undefined, options: LimitOptions) =>
      withApi((api) => limitAdmin(api, name, bytes, options)),
    );
  admin
    .command('reset-two-factor <name>')
    .description('the password alone is enough again, for an admin who lost the second factor')
    .action((name: string) =>
      withApi(async (api) => {
        await api.delete(`/api/v1/admins/${encodeURIComponent(name)}/two-factor`);
        print(`${name} logs in with the password alone.`);
      }),
    );
  admin
    .command('list')
    .description('list the admins')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => list(api, options)));
}

async function add(api: Api, name: string, options: PasswordOptions & { role?: string }): Promise<void> {
  const { items } = await api.get<{ items: Admin[] }>('/api/v1/admins');
  const role = options.role ?? (items.some((admin) => admin.role === 'owner') ? 'viewer' : 'owner');
  const { password, wasMade } = await readPassword(options);
  const admin = await api.post<Admin>('/api/v1/admins', { name, role, password });
  if (options.json) print(JSON.stringify({ ...admin, ...(wasMade ? { password } : {}) }));
  else {
    print(`Added ${admin.role} ${admin.name}.`);
    if (wasMade) print(`Password: ${password}`);
  }
}

async function setPassword(api: Api, name: string, options: PasswordOptions): Promise<void> {
  const { items } = await api.get<{ items: Admin[] }>('/api/v1/admins');
  const admin = items.find((candidate) => candidate.name === name || candidate.id === name);
  if (admin === undefined) throw new NotFound('admin', name, 'xpert admin list shows them.');
  const { password, wasMade } = await readPassword(options);
  await api.put(`/api/v1/admins/${admin.id}/password`, { password });
  print(`${admin.name} has a new password and is logged out everywhere.`);
  if (wasMade) print(`Password: ${password}`);
}

async function limitAdmin(api: Api, name: string, bytes: string | undefined, options: LimitOptions): Promise<void> {
  const path = `/api/v1/admins/${encodeURIComponent(name)}/limit`;
  if (options.none) {
    await api.delete(path);
    return print(`${name} has no limit.`);
  }
  const { cycle, cutUsers = false } = options;
  const wanted =
    bytes === undefined
      ? null
      : { bytes: parseSize(bytes), ...(cycle === undefined ? {} : { cycle }), cutsUsers: cutUsers };
  const limit = wanted === null ? await api.get<Limit | null>(path) : await api.put<Limit | null>(path, wanted);
  if (options.json) return print(api.lastText());
  if (limit === null) return explain(`${name} has no limit: xpert admin limit ${name} 2TiB --cycle month:1`);
  const until = limit.to === null ? '' : `, until ${formatInstant(limit.to)}`;
  print(`${formatBytes(limit.usedBytes)} of ${formatBytes(limit.bytes)} used (${limit.percent} %)${until}.`);
  const follows = limit.cutsUsers ? 'Its users are without access.' : 'It can make no more users and plans.';
  if (limit.reachedAt !== null) print(`Reached since ${formatInstant(limit.reachedAt)}. ${follows}`);
}

async function list(api: Api, options: { json?: boolean }): Promise<void> {
  const { items } = await api.get<{ items: Admin[] }>('/api/v1/admins');
  if (options.json) return print(api.lastText());
  if (items.length === 0) return explain('There is no admin yet: xpert admin add NAME');
  printTable(
    ['NAME', 'ROLE', 'SINCE', 'STATE'],
    items.map(({ name, role, createdAt, disabled }) => [
      name,
      role,
      formatInstant(createdAt),
      disabled ? 'disabled' : 'active',
    ]),
  );
}
