import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Api, withApi } from '../api.ts';
import { explain, formatInstant, parseCount, print, printTable, WrongUse } from '../output.ts';

interface Channel {
  readonly name: string;
  readonly kind: string;
  readonly where: string;
  readonly enabled: boolean;
  readonly waiting: number;
  readonly deliveredAt: string | null;
  readonly problem: { readonly message: string; readonly hint: string | null } | null;
}

interface AddOptions {
  readonly kind: string;
  readonly tokenFile?: string;
  readonly chat?: string;
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly security?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly from?: string;
  readonly to?: string;
  readonly privateAddress?: boolean;
  readonly language?: string;
  readonly minSeverity?: string;
  readonly kinds?: string;
  readonly nameUsers?: boolean;
  readonly json?: boolean;
}

export function addChannelCommands(program: Command): void {
  const channel = program.command('channel').description('where alerts are told');
  channel
    .command('add <name>')
    .description('add a channel, and send a test message there')
    .requiredOption('--kind <kind>', 'telegram, email or webhook')
    .option('--token-file <file>', "telegram: the bot's token")
    .option('--chat <id>', 'telegram: number of the chat, or @name of a channel')
    .option('--url <address>', 'webhook: where to post; telegram: another Bot API server')
    .option('--host <host>', 'email: the mail server')
    .option('--port <port>', 'email: its port', parseCount)
    .option('--security <kind>', 'email: starttls, tls or none')
    .option('--username <name>', 'email: to log in')
    .option('--password-file <file>', 'email: to log in')
    .option('--from <address>', 'email: sender')
    .option('--to <addresses>', 'email: recipients, with commas')
    .option('--private-address', 'the receiver may be on this machine or in a private network')
    .option('--language <language>', 'en, ru, fa or zh')
    .option('--min-severity <severity>', 'info, warning or error (default: warning)')
    .option('--kinds <kinds>', 'only these kinds of alerts, with commas')
    .option('--name-users', 'messages name users')
    .option('--json', 'answer as JSON')
    .action((name: string, options: AddOptions) => withApi((api) => add(api, name, options)));
  channel
    .command('list')
    .description('list the channels')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => list(api, options)));
  channel
    .command('test <name>')
    .description('send a test message')
    .action((name: string) =>
      withApi(async (api) => {
        await api.post(`/api/v1/channels/${encodeURIComponent(name)}/test`);
        print('It arrived.');
      }),
    );
  channel
    .command('remove <name>')
    .description('remove a channel')
    .action((name: string) =>
      withApi(async (api) => {
        await api.delete(`/api/v1/channels/${encodeURIComponent(name)}`);
        print(`Channel ${name} is removed.`);
      }),
    );
}

async function add(api: Api, name: string, options: AddOptions): Promise<void> {
  const { kind, language, minSeverity, kinds, nameUsers } = options;
  const rules = { language, minSeverity, kinds: kinds?.split(','), namesUsers: nameUsers };
  const secret = kind === 'webhook' ? `whsec_${randomBytes(32).toString('base64')}` : null;
  await api.post('/api/v1/channels', { name, kind, options: optionsOf(options, secret), rules });
  const answer = api.lastText();
  if (options.json) print(secret === null ? answer : JSON.stringify({ ...JSON.parse(answer), signingSecret: secret }));
  else {
    print(`Channel ${name} is added.`);
    if (secret !== null) print(`Messages are signed with ${secret} (shown this once).`);
  }
  await api.post(`/api/v1/channels/${encodeURIComponent(name)}/test`);
  explain('A test message was sent.');
}

function optionsOf(options: AddOptions, signingSecret: string | null): Record<string, unknown> {
  const { kind, tokenFile, chat, url, host, port, security, username, passwordFile, from, to } = options;
  const own = options.privateAddress === true ? { privateAddress: true } : {};
  if (kind === 'telegram') return { token: secretIn(tokenFile), chatId: chat, apiUrl: url, ...own };
  if (kind === 'webhook') return { url, signingSecret, ...own };
  if (kind !== 'email') throw new WrongUse(`There is no kind of channel "${kind}".`, 'telegram, email or webhook');
  const server = { host, port, security };
  return { ...server, username, password: secretIn(passwordFile), from, to: to?.split(',') };
}

/** Secrets come from files: what stands in a command line is seen by other users of the machine. */
function secretIn(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8').trim();
}

async function list(api: Api, options: { json?: boolean }): Promise<void> {
  const { items } = await api.get<{ items: Channel[] }>('/api/v1/channels');
  if (options.json) return print(api.lastText());
  if (items.length === 0) return explain('There is no channel: xpert channel add NAME --kind telegram|email|webhook …');
  printTable(
    ['NAME', 'KIND', 'WHERE', 'LAST', 'WAITING', 'STATE'],
    items.map(({ name, kind, where, deliveredAt, waiting, enabled, problem }) => [
      ...[name, kind, where, formatInstant(deliveredAt), waiting],
      !enabled ? 'off' : problem === null ? 'ok' : 'failing',
    ]),
  );
  for (const { name, problem } of items)
    if (problem !== null) explain(`${name}: ${problem.message}`, ...(problem.hint === null ? [] : [problem.hint]));
}
