import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { NotFound } from '../../core/errors.ts';
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
    .option('--json', 'answer as JSON')
    .action((user: string, options: { renew?: boolean; json?: boolean }) => withApi((api) => show(api, user, options)));
}

/** A link holds a password: it comes by standard input, because arguments are seen by everybody on the machine. */
async function add(api: Api, options: { user?: string; json?: boolean }): Promise<void> {
  const texts = readFileSync(0, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (texts.length === 0) throw new WrongUse('Nothing came by standard input.', "echo 'vless://…' | xpert link add");
  const user = options.user === undefined ? {} : { user: options.user };
  for (const text of texts) {
    const added = await api.post<Link>('/api/v1/links', { link: text, ...user });
    if (options.json) print(api.lastText());
    else print(`${added.name === '' ? added.server : added.name}: ${added.protocol} on ${added.server}:${added.port}`);
  }
}

async function list(api: Api, options: { json?: boolean }): Promise<void> {
  const { items } = await api.get<{ items: Link[] }>('/api/v1/links');
  if (options.json) return print(api.lastText());
  if (items.length === 0) return explain("There is none yet: echo 'vless://…' | xpert link add");
  printTable(
    ['NAME', 'PROTOCOL', 'SERVER', 'FOR', 'ID'],
    items.map(({ id, name, protocol, server, port, userId }) => [
      name,
      protocol,
      `${server}:${port}`,
      userId ?? 'all',
      id,
    ]),
  );
}

async function remove(api: Api, which: string): Promise<void> {
  const { items } = await api.get<{ items: Link[] }>('/api/v1/links');
  const found = items.filter(({ id, name }) => id === which || name === which);
  const [link] = found;
  if (link === undefined) throw new NotFound('link', which, 'xpert link list shows them.');
  if (found.length > 1)
    throw new WrongUse(`Several links are named "${which}".`, 'Name the one by its id: xpert link list');
  await api.delete(`/api/v1/links/${link.id}`);
  print(`${link.name} is given out no more.`);
}

async function show(api: Api, name: string, options: { renew?: boolean; json?: boolean }): Promise<void> {
  const { id } = await findUser(api, name);
  const path = `/api/v1/users/${id}`;
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
      at === null ? 'never yet' : formatInstant(at),
      problem?.message ?? (old ? 'it does not answer; this is the last copy' : ''),
    ]),
  );
}
