import { type Command, Option } from 'commander';
import { ExpectedError } from '../../core/errors.ts';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { findUser } from '../find.ts';
import {
  explain,
  formatBytes,
  formatInstant,
  parseInstant,
  print,
  printTable,
  type Traffic,
  WrongUse,
} from '../output.ts';

interface Reset {
  readonly id: string;
  readonly scope: string;
  readonly half: string | null;
  readonly users: number;
  readonly at: string;
  readonly by: { readonly name: string | null } | null;
  readonly reason: string | null;
  readonly undoneAt: string | null;
}

interface Planned extends Omit<Reset, 'users' | 'undoneAt'> {
  readonly owner: string | null;
  readonly userIds: readonly string[];
  readonly cancelledAt: string | null;
  readonly resetId: string | null;
}

interface Effect {
  readonly users: number;
  readonly shownBefore: Traffic;
  readonly shownAfter: Traffic;
  readonly most: readonly { readonly name: string; readonly shownBefore: Traffic; readonly shownAfter: Traffic }[];
  readonly access: { readonly restored: number; readonly cutOff: number; readonly names: readonly string[] } | null;
}

interface Options {
  readonly admin?: string;
  readonly half?: string;
  readonly at?: string;
  readonly reason?: string;
  readonly preview?: boolean;
  readonly json?: boolean;
}

/** Verbs of reset marks. */
export function addResetCommands(program: Command): void {
  program
    .command('reset')
    .description('count shown usage from now on; nothing is deleted, undo is exact')
    .argument('[whom]', 'all, or a user; without it the resets are listed')
    .option('--admin <admin>', 'instead: all users of this admin')
    .addOption(
      new Option('--half <half>', 'only our own VPN services, or only what senders report').choices([
        'services',
        'reports',
      ]),
    )
    .option('--at <instant>', 'plan it for then, RFC 3339', parseInstant)
    .option('--reason <text>')
    .option('--preview', 'only say what it would do')
    .option('--json', 'answer as JSON')
    .action((whom: string | undefined, options: Options) =>
      withApi((api) => ((whom ?? options.admin) === undefined ? listMarks(api, options) : reset(api, whom, options))),
    );
  program
    .command('undo <reset>')
    .description('undo a reset: shown usage is old plus new; or cancel a planned one')
    .option('--preview', 'only say what it would do')
    .option('--json', 'answer as JSON')
    .action((id: string, options: { preview?: boolean; json?: boolean }) => withApi((api) => undo(api, id, options)));
}

async function reset(api: Api, whom: string | undefined, options: Options): Promise<void> {
  const { admin, half, at, reason, preview, json } = options;
  const request = { ...(await scopeOf(api, whom, admin)), half, reason };
  const named = whom === 'all' ? 'everybody' : (whom ?? `the users of ${admin}`);
  if (preview) return tellEffect(api, await api.post('/api/v1/resets/preview', request), json);
  if (at !== undefined) {
    const planned = await api.post<Planned>('/api/v1/scheduled-resets', { ...request, at });
    if (json) return print(api.lastText());
    return print(`Usage of ${named} will count from ${formatInstant(at)} on. Cancel: xpert undo ${planned.id}`);
  }
  const mark = await api.post<Reset>('/api/v1/resets', request);
  if (json) return print(api.lastText());
  print(`Usage of ${named} counts from now on. Undo: xpert undo ${mark.id}`);
}

async function scopeOf(api: Api, whom: string | undefined, admin: string | undefined) {
  if (whom !== undefined && admin !== undefined) throw new WrongUse('Name a user or an admin, not both.');
  if (admin !== undefined) return { scope: 'owner', owner: admin };
  if (whom === 'all') return { scope: 'all' };
  return { scope: 'user', userIds: [(await findUser(api, whom ?? '')).id] };
}

/** A planned reset is cancelled, one that was done is undone. */
async function undo(api: Api, id: string, options: { preview?: boolean; json?: boolean }): Promise<void> {
  const path = `/api/v1/resets/${encodeURIComponent(id)}`;
  if (options.preview) return tellEffect(api, await api.get(`${path}/undo-preview`), options.json);
  try {
    await api.delete(path);
    print(`Reset ${id} is undone.`);
  } catch (error) {
    if (!(error instanceof ExpectedError) || error.code !== 'not-found') throw error;
    await api.delete(`/api/v1/scheduled-resets/${encodeURIComponent(id)}`).catch((other: unknown) => {
      throw other instanceof ExpectedError && other.code === 'not-found' ? error : other;
    });
    print(`The planned reset ${id} is cancelled.`);
  }
}

function tellEffect(api: Api, effect: Effect, json: boolean | undefined): void {
  if (json) {
    print(api.lastText());
    return;
  }
  const { users, shownBefore, shownAfter, most, access } = effect;
  print(
    `${counted(users, 'user')}: ${formatBytes(shownBefore.totalBytes)} -> ${formatBytes(shownAfter.totalBytes)} shown`,
  );
  for (const each of most.slice(0, 10)) {
    print(`${each.name}: ${formatBytes(each.shownBefore.totalBytes)} -> ${formatBytes(each.shownAfter.totalBytes)}`);
  }
  if (access === null) print('Too many users to say whose access it changes.');
  if (access !== null && access.restored > 0) print(`Access comes back to ${counted(access.restored, 'user')}.`);
  if (access !== null && access.cutOff > 0) {
    print(`Access is lost by ${counted(access.cutOff, 'user')}: ${access.names.slice(0, 10).join(', ')}`);
  }
  print('Nothing was changed: this was a preview.');
}

async function listMarks(api: Api, options: Options): Promise<void> {
  const items = await api.all<Reset>('/api/v1/resets');
  const planned = (await api.all<Planned>('/api/v1/scheduled-resets')).filter(({ resetId }) => resetId === null);
  if (options.json) return print(JSON.stringify({ items, planned }));
  if (items.length + planned.length === 0) return explain('Nothing was ever reset.');
  const whom = (scope: string, users: number, half: string | null) =>
    `${scope === 'all' ? 'all' : counted(users, 'user')}${half === null ? '' : ` (${half})`}`;
  printTable(
    ['ID', 'AT', 'WHOM', 'STATE', 'BY', 'REASON'],
    [
      ...planned.map(({ id, at, scope, half, owner, userIds, cancelledAt, by, reason }) => [
        id,
        formatInstant(at),
        owner === null ? whom(scope, userIds.length, half) : `users of ${owner}`,
        cancelledAt === null ? 'planned' : 'cancelled',
        by?.name ?? '—',
        reason ?? '',
      ]),
      ...items.map(({ id, at, scope, half, users, undoneAt, by, reason }) => [
        id,
        formatInstant(at),
        whom(scope, users, half),
        undoneAt === null ? 'holds' : `undone ${formatInstant(undoneAt)}`,
        by?.name ?? '—',
        reason ?? '',
      ]),
    ],
  );
}
