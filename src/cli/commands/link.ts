import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ExpectedError, NotFound } from '../../core/errors.ts';
import { type Api, withApi } from '../api.ts';
import { findUser } from '../find.ts';
import { explain, formatInstant, print, printTable, WrongUse } from '../output.ts';

interface Link {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly server: string;
  readonly port: number;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly source: Source | null;
  /** Why nobody gets it. */
  readonly problem: Source['problem'];
}

/** How somebody else's subscription stands. */
interface Source {
  readonly entries: number;
  readonly at: string | null;
  readonly problem: { readonly message: string; readonly hint: string | null } | null;
}

interface Entry {
  readonly name: string;
  readonly protocol: string;
  readonly server: string;
  readonly port: number;
  readonly leftOutOf: readonly string[];
}

interface Look extends Omit<Link, 'id' | 'userId' | 'userName' | 'source' | 'problem'> {
  readonly found: number;
  readonly unreadable: number;
  readonly entries: readonly Entry[];
  readonly problem: Source['problem'];
}

interface UserEntries {
  readonly hasAccess: boolean;
  readonly total: number;
  readonly leftOut: Readonly<Record<'clash' | 'sing-box', number>>;
  readonly entries: readonly (Entry & { readonly from: string | null })[];
}

interface UserLink {
  readonly subscription: string;
  readonly page: string;
  readonly devices: readonly {
    readonly client: string;
    readonly firstAt: string;
    readonly lastAt: string;
    readonly count: number;
  }[];
  readonly sources: readonly {
    readonly name: string;
    readonly entries: number;
    readonly at: string | null;
    readonly old: boolean;
    readonly problem: { readonly message: string } | null;
  }[];
}

export function addLinkCommands(program: Command): void {
  const link = program.command('link').description('configurations that subscription links give out');
  link
    .command('add')
    .description('read links (vless://, ss://, …; or https:// of another subscription) from standard input, one a line')
    .option('--user <user>', 'only for this user (default: for all)')
    .option('--json', 'answer as JSON')
    .action((options: { user?: string; json?: boolean }) => withApi((api) => add(api, options)));
  link
    .command('test')
    .description('read one link from standard input and say what is behind it; nothing is given out')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => test(api, options)));
  link
    .command('change <link>')
    .description(
      'by name or id: another name, for somebody else, or (--replace) the link on standard input in its place',
    )
    .option('--name <name>', 'what clients show')
    .option('--user <user>', 'only for this user')
    .option('--everybody', 'for all users')
    .option('--replace', 'read the new link from standard input')
    .option('--json', 'answer as JSON')
    .action((which: string, options: ChangeOptions) => withApi((api) => change(api, which, options)));
  link
    .command('fetch <link>')
    .description("ask somebody else's subscription now, by name or id")
    .option('--json', 'answer as JSON')
    .action((which: string, options: { json?: boolean }) => withApi((api) => fetchNow(api, which, options)));
  link
    .command('list')
    .description('list them, without their secrets')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => list(api, options)));
  link
    .command('remove <link>')
    .description('give it out no more, by name or id')
    .action((which: string) => withApi((api) => remove(api, which)));
  link
    .command('show <user>')
    .description("addresses of a user's subscription and page, and which devices fetched it")
    .option('--renew', 'new addresses; the old ones end at once')
    .option('--entries', 'instead: what the subscription holds, without secrets')
    .option('--json', 'answer as JSON')
    .action((user: string, options: ShowOptions) => withApi((api) => show(api, user, options)));
}

interface ChangeOptions {
  readonly name?: string;
  readonly user?: string;
  readonly everybody?: boolean;
  readonly replace?: boolean;
  readonly json?: boolean;
}

interface ShowOptions {
  readonly renew?: boolean;
  readonly entries?: boolean;
  readonly json?: boolean;
}

/** A link holds a password: it comes by standard input, because arguments are seen by everybody on the machine. */
async function add(api: Api, options: { user?: string; json?: boolean }): Promise<void> {
  const texts = linesGiven();
  const user = options.user === undefined ? {} : { user: options.user };
  for (const text of texts) {
    const added = await api.post<Link>('/api/v1/links', { link: text, ...user });
    if (options.json) print(api.lastText());
    else print(`${nameOf(added)}: ${added.protocol} on ${added.server}:${added.port}`);
  }
}

/** @throws WrongUse where there is none */
function linesGiven(): readonly string[] {
  const lines = readFileSync(0, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) throw new WrongUse('Nothing came by standard input.', "echo 'vless://…' | xpert link add");
  return lines;
}

async function test(api: Api, options: { json?: boolean }): Promise<void> {
  const [link] = linesGiven();
  const look = await api.post<Look>('/api/v1/links/test', { link });
  if (options.json) print(api.lastText());
  else if (look.problem === null) printEntries(look.entries);
  if (look.problem !== null) throw new ExpectedError('link-not-read', look.problem.message, hintOf(look.problem));
  explain(`${look.found} found, ${look.unreadable} unreadable.`);
}

async function change(api: Api, which: string, options: ChangeOptions): Promise<void> {
  const { name, user, everybody, replace } = options;
  if (user !== undefined && everybody) throw new WrongUse('--user and --everybody exclude each other.');
  const wish = {
    ...(name === undefined ? {} : { name }),
    ...(user === undefined ? {} : { user }),
    ...(everybody ? { user: null } : {}),
    ...(replace ? { link: linesGiven()[0] } : {}),
  };
  if (Object.keys(wish).length === 0) throw new WrongUse('Say what is to change: xpert link change --help');
  const { id } = await findLink(api, which);
  const changed = await api.patch<Link>(`/api/v1/links/${id}`, wish);
  if (options.json) print(api.lastText());
  else print(`${nameOf(changed)}: ${changed.protocol} on ${changed.server}:${changed.port}, for ${whom(changed)}`);
}

async function fetchNow(api: Api, which: string, options: { json?: boolean }): Promise<void> {
  const { id } = await findLink(api, which);
  const link = await api.post<Link>(`/api/v1/links/${id}/fetch`);
  if (options.json) print(api.lastText());
  const problem = link.source?.problem ?? null;
  if (problem !== null) throw new ExpectedError('link-not-read', problem.message, hintOf(problem));
  if (!options.json) print(`${nameOf(link)}: ${link.source?.entries ?? 0} entries`);
}

async function list(api: Api, options: { json?: boolean }): Promise<void> {
  const items = await allLinks(api);
  if (options.json) return print(JSON.stringify({ items }));
  if (items.length === 0) return explain("There is none yet: echo 'vless://…' | xpert link add");
  printTable(
    ['NAME', 'PROTOCOL', 'SERVER', 'FOR', 'ENTRIES', 'AS OF', 'ID', ''],
    items.map((link) => [
      ...[link.name, link.protocol, `${link.server}:${link.port}`, whom(link)],
      ...entriesOf(link),
      ...[link.id, (link.problem ?? link.source?.problem)?.message ?? ''],
    ]),
  );
}

function entriesOf({ source, problem }: Link) {
  if (problem !== null) return [0, ''];
  return source === null ? [1, ''] : [source.entries, asOf(source.at)];
}

function allLinks(api: Api): Promise<Link[]> {
  return api.all<Link>('/api/v1/links?limit=1000');
}

async function findLink(api: Api, which: string): Promise<Link> {
  const found = (await allLinks(api)).filter(({ id, name }) => id === which || name === which);
  const [link] = found;
  if (link === undefined) throw new NotFound('link', which, 'xpert link list shows them.');
  if (found.length > 1)
    throw new WrongUse(`Several links are named "${which}".`, 'Name the one by its id: xpert link list');
  return link;
}

async function remove(api: Api, which: string): Promise<void> {
  const link = await findLink(api, which);
  await api.delete(`/api/v1/links/${link.id}`);
  print(`${nameOf(link)} is given out no more.`);
}

async function show(api: Api, name: string, options: ShowOptions): Promise<void> {
  const { id } = await findUser(api, name);
  const path = `/api/v1/users/${id}`;
  if (options.entries) return await showEntries(api, `${path}/link/entries`, options);
  const link = options.renew
    ? await api.post<UserLink>(`${path}/rotate-link`, {})
    : await api.get<UserLink>(`${path}/link`);
  if (options.json) return print(api.lastText());
  print(`subscription  ${link.subscription}`);
  print(`page          ${link.page}`);
  if (link.sources.length > 0) printSources(link.sources);
  if (link.devices.length === 0) return explain('No device has fetched it yet.');
  printTable(
    ['CLIENT', 'FETCHES', 'FIRST', 'LAST'],
    link.devices.map(({ client, count, firstAt, lastAt }) => [
      client,
      String(count),
      formatInstant(firstAt),
      formatInstant(lastAt),
    ]),
  );
}

function printSources(sources: UserLink['sources']): void {
  printTable(
    ['FROM', 'ENTRIES', 'AS OF', ''],
    sources.map(({ name, entries, at, old, problem }) => [
      name,
      String(entries),
      asOf(at),
      problem?.message ?? (old ? 'it does not answer; this is the last copy' : ''),
    ]),
  );
}

async function showEntries(api: Api, path: string, options: ShowOptions): Promise<void> {
  const { hasAccess, total, leftOut, entries } = await api.get<UserEntries>(path);
  if (options.json) return print(api.lastText());
  if (!hasAccess) explain('Access is off: clients get one entry that says so, and not these.');
  printTable(
    ['NAME', 'PROTOCOL', 'SERVER', 'FROM'],
    entries.map((entry) => [
      entry.name,
      entry.protocol,
      `${entry.server}:${entry.port}`,
      entry.from ?? 'given out here',
    ]),
  );
  explain(`${total} in all; left out: ${leftOut.clash} of Clash, ${leftOut['sing-box']} of sing-box.`);
}

function printEntries(entries: readonly Entry[]): void {
  printTable(
    ['NAME', 'PROTOCOL', 'SERVER', 'NOT IN'],
    entries.map(({ name, protocol, server, port, leftOutOf }) => [
      name,
      protocol,
      `${server}:${port}`,
      leftOutOf.join(', '),
    ]),
  );
}

function nameOf({ name, server }: Pick<Link, 'name' | 'server'>): string {
  return name === '' ? server : name;
}

function whom({ userId, userName }: Link): string {
  return userName ?? userId ?? 'all';
}

function asOf(at: string | null): string {
  return at === null ? 'never yet' : formatInstant(at);
}

function hintOf({ hint }: NonNullable<Source['problem']>): { hint?: string } {
  return hint === null ? {} : { hint };
}
