import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { ExpectedError } from '../../core/errors.ts';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { explain, parseInstant, print, WrongUse } from '../output.ts';
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
  readonly json?: boolean;
}

const ACTIONS = ['suspend', 'resume', 'delete', 'entitle'] as const;
type Action = (typeof ACTIONS)[number];
/** As many as the API takes at once. */
const MOST = 1000;

/** Commands of `xpert user` about many users at once. */
export function addUsersInBulkCommands(program: Command): void {
  const user = program.commands.find((command) => command.name() === 'user');
  if (user === undefined) throw new Error('the user commands come first');
  user
    .command('bulk <action> [users...]')
    .description('suspend, resume, delete or entitle users: those named, or all with a tag or of a search')
    .option('--tag <tag>', 'all users with this tag')
    .option('--search <text>', 'all users of whom the name, note, e-mail, Telegram id or a token has this')
    .option('--plan <plan>', 'entitle: to this plan')
    .option('--quota <bytes>', 'entitle: instead of a plan, a quota of everything', parseSize)
    .option('--cycle <cycle>', 'of that quota: month:1, days:30, …')
    .option('--expires <instant>', 'entitle: access ends then', parseInstant)
    .option('--fresh', 'entitle: usage so far does not count')
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

async function bulk(api: Api, action: Action, named: readonly string[], options: BulkOptions): Promise<void> {
  const { search, tag, json, ...terms } = options;
  const users = [...named, ...(await found(api, search, tag))];
  if (users.length === 0) {
    if (search === undefined && tag === undefined)
      throw new WrongUse('Which users? Name them, or give --tag or --search.');
    return explain('There is no such user: nothing was changed.');
  }
  const entitlement = action === 'entitle' ? { entitlement: entitlementOf(terms) } : {};
  let changed = 0;
  for (let at = 0; at < users.length; at += MOST) {
    const some = users.slice(at, at + MOST);
    const answer = await api.post<{ users: number }>('/api/v1/users/bulk', { users: some, action, ...entitlement });
    changed += answer.users;
  }
  print(json ? JSON.stringify({ users: changed }) : `${counted(changed, 'user')}: ${DONE[action]}.`);
}

const DONE: Readonly<Record<Action, string>> = {
  suspend: 'suspended',
  resume: 'may use the VPN again, as far as their plans say',
  delete: 'deleted; their usage stays in the history',
  entitle: 'have these terms now',
};

async function found(api: Api, search: string | undefined, tag: string | undefined): Promise<string[]> {
  if (search === undefined && tag === undefined) return [];
  const query = new URLSearchParams({ limit: '200' });
  if (search !== undefined) query.set('search', search);
  if (tag !== undefined) query.set('tag', tag);
  return (await api.all<{ id: string }>(`/api/v1/users?${query}`)).map(({ id }) => id);
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
  if (errors.length > 0) process.exitCode = 1;
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
