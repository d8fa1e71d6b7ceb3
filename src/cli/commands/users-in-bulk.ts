import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { ExpectedError } from '../../core/errors.ts';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { findUser, type UserItem } from '../find.ts';
import { explain, parseEnd, print, WrongUse } from '../output.ts';
import { parseSize } from './correction.ts';
import { entitlementOf } from './entitlement.ts';
import { downloadTo } from './export.ts';

interface BulkOptions {
  readonly search?: string;
  readonly tag?: string;
  readonly plan?: string;
  readonly quota?: number;
  readonly cycle?: string;
  readonly expires?: string;
  readonly fresh?: boolean;
  readonly word?: string;
  readonly bytes?: number;
  readonly reason?: string;
  readonly preview?: boolean;
  readonly json?: boolean;
}

const ACTIONS = ['suspend', 'resume', 'delete', 'entitle', 'tag', 'untag', 'top-up'] as const;
type Action = (typeof ACTIONS)[number];
/** As many as the API takes at once. */
const MOST = 1000;

/** Commands of `xpert user` about many users at once. */
export function addUsersInBulkCommands(program: Command): void {
  const user = program.commands.find((command) => command.name() === 'user');
  if (user === undefined) throw new Error('the user commands come first');
  user
    .command('bulk <action> [users...]')
    .description(
      'suspend, resume, delete, entitle, tag, untag or top-up users: those named, or all with a tag or of a search',
    )
    .option('--tag <tag>', 'all users with this tag')
    .option('--search <text>', 'all users of whom the name, note, e-mail, Telegram id or a token has this')
    .option('--plan <plan>', 'entitle: to this plan')
    .option('--quota <bytes>', 'entitle: instead of a plan, a quota of everything', parseSize)
    .option('--cycle <cycle>', 'of that quota: month:1, days:30, …')
    .option('--expires <when>', 'entitle: access ends then: an instant, or with a day; none: it does not', parseEnd)
    .option('--fresh', 'entitle: usage so far does not count')
    .option('--word <tag>', 'tag, untag: this one')
    .option('--bytes <bytes>', 'top-up: so much on top of their quota, for the running cycle', parseSize)
    .option('--reason <text>', 'top-up: why')
    .option('--preview', 'only say whom it would change')
    .option('--json', 'answer as JSON')
    .action((action: string, users: string[], options: BulkOptions) =>
      withApi((api) => bulk(api, parseAction(action), users, options)),
    );
  user
    .command('export')
    .description('all users as CSV, with what they may use and what they used of it')
    .option('--output <file>', 'write a file, which appears when it is whole (default: standard output)')
    .action(({ output }: { output?: string }) => withApi((api) => downloadTo(api, '/api/v1/users/export', output)));
  user
    .command('import <file>')
    .description(
      'make users from CSV with the columns of the export, of which "name" alone is needed; - is standard input',
    )
    .option('--template <name>', 'what a line leaves out is as the template has it')
    .option('--dry-run', 'only say what would be made')
    .option('--json', 'answer as JSON')
    .action((file: string, options: ImportOptions) => withApi((api) => importUsers(api, file, options)));
}

export async function bulk(api: Api, action: Action, named: readonly string[], options: BulkOptions): Promise<void> {
  const { search, tag, json, preview = false } = options;
  const asked = { action, ...termsOf(action, options), preview };
  const users = await eachOnce(api, named, await found(api, search, tag));
  if (users.length === 0) {
    if (search === undefined && tag === undefined)
      throw new WrongUse('Which users? Name them, or give --tag or --search.');
    return explain('There is no such user: nothing was changed.');
  }
  const outcome = { users: 0, unchanged: [] as string[], impossible: [] as string[] };
  for (let at = 0; at < users.length; at += MOST) {
    const some = users.slice(at, at + MOST).map(({ id }) => id);
    try {
      const answer = await api.post<typeof outcome>('/api/v1/users/bulk', { users: some, ...asked });
      outcome.users += answer.users;
      outcome.unchanged.push(...answer.unchanged);
      outcome.impossible.push(...answer.impossible);
    } catch (error) {
      if (at > 0 && !preview)
        explain(
          `${counted(outcome.users, 'user was', 'users were')} changed before it failed, ${users[0]?.name} to ${users[at - 1]?.name}:`,
          'leave them out when you try again.',
        );
      throw error;
    }
  }
  if (json) return print(JSON.stringify(outcome));
  print(`${counted(outcome.users, 'user')}${preview ? ' would be changed' : ''}: ${DONE[action]}.`);
  if (outcome.unchanged.length > 0) print(`As they were, for it is so already: ${outcome.unchanged.join(', ')}`);
  if (outcome.impossible.length > 0) print(`Left out, for it cannot be: ${outcome.impossible.join(', ')}`);
}

/** What the action needs besides users. */
function termsOf(action: Action, { word, bytes, reason, search, tag, json, preview, ...terms }: BulkOptions) {
  if (action === 'entitle') return { entitlement: entitlementOf(terms) };
  if (action === 'tag' || action === 'untag') {
    if (word === undefined) throw new WrongUse(`Which tag? xpert user bulk ${action} --word WORD …`);
    return { tag: word };
  }
  if (action !== 'top-up') return {};
  if (bytes === undefined) throw new WrongUse('How much? xpert user bulk top-up --bytes 10GiB …');
  return { bytes, ...(reason === undefined ? {} : { reason }) };
}

const DONE: Readonly<Record<Action, string>> = {
  suspend: 'suspended',
  resume: 'may use the VPN again, as far as their plans say',
  delete: 'deleted; their usage stays in the history',
  entitle: 'have these terms now',
  tag: 'have the tag',
  untag: 'have the tag no more',
  'top-up': 'have that much more in the running cycle',
};

type Chosen = Pick<UserItem, 'id' | 'name'>;

async function found(api: Api, search: string | undefined, tag: string | undefined): Promise<readonly Chosen[]> {
  if (search === undefined && tag === undefined) return [];
  const query = new URLSearchParams({ limit: '200' });
  if (search !== undefined) query.set('search', search);
  if (tag !== undefined) query.set('tag', tag);
  return await api.all<Chosen>(`/api/v1/users?${query}`);
}

/** The API takes a user once, however often a request names them; several requests need it told here. */
async function eachOnce(api: Api, named: readonly string[], others: readonly Chosen[]): Promise<readonly Chosen[]> {
  if (named.length + others.length <= MOST) return [...named.map((name) => ({ id: name, name })), ...others];
  const users = new Map<string, Chosen>();
  for (const name of named) {
    const user = await findUser(api, name);
    users.set(user.id, user);
  }
  for (const user of others) users.set(user.id, user);
  return [...users.values()];
}

interface ImportOptions {
  readonly template?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface Imported {
  readonly created: number;
  readonly existing: readonly string[];
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}

async function importUsers(api: Api, file: string, options: ImportOptions): Promise<void> {
  const csv = file === '-' ? await text(process.stdin) : readCsv(file);
  const { dryRun = false } = options;
  const template = options.template === undefined ? {} : { template: options.template };
  const path = '/api/v1/users/import';
  const { created, existing, errors } = await api.post<Imported>(path, { csv, dryRun, ...template });
  // Of a dry run alone: otherwise a wrong line is the error of the whole file.
  if (errors.length > 0) process.exitCode = 2;
  if (options.json) return print(api.lastText());
  for (const { line, message } of errors) explain(`Line ${line}: ${message}`);
  print(
    `${dryRun ? counted(created, 'user would be', 'users would be') : counted(created, 'user is', 'users are')} made.`,
  );
  if (existing.length > 0) print(`There already, and left as they are: ${existing.join(', ')}`);
}

function readCsv(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const hint = 'The installed command runs as the user xpert: that user has to be able to read it.';
    throw new ExpectedError('file-unreadable', `${path} cannot be read.`, { hint, cause });
  }
}

function parseAction(word: string): Action {
  const action = ACTIONS.find((known) => known === word);
  if (action === undefined) throw new WrongUse(`"${word}" is no action: ${ACTIONS.join(', ')}.`);
  return action;
}
