import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { withApi } from '../api.ts';
import { findUser } from '../find.ts';
import { print, WrongUse } from '../output.ts';

/** What is known of a user besides name, tokens and terms, as options. */
export interface MemberOptions {
  readonly owner?: string;
  readonly telegramId?: number | '';
  readonly email?: string;
  readonly note?: string;
  readonly tags?: readonly string[];
}

export function withMembers(command: Command): Command {
  return command
    .option('--owner <admin>', 'whose user it is (of a new one: the owner)')
    .option('--telegram-id <number>', '"" for none', parseTelegramId)
    .option('--email <address>', '"" for none')
    .option('--note <text>')
    .option('--tags <words>', 'separated by spaces; "" for none', parseTags);
}

/** As the API takes them; what is not given is left out. */
export function membersOf({ owner, telegramId, email, note, tags }: MemberOptions): Record<string, unknown> {
  const orNone = <T>(value: T | '' | undefined) => (value === '' ? null : value);
  const members = { owner, telegramId: orNone(telegramId), email: orNone(email), note, tags };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

export function addUserChangeCommand(user: Command): void {
  withMembers(
    user
      .command('change <user>')
      .description('change what is known of a user; what is not given stays')
      .option('--name <name>', 'another name'),
  )
    .option('--json', 'answer as JSON')
    .action((which: string, options: MemberOptions & { name?: string; json?: boolean }) =>
      withApi(async (api) => {
        const change = { ...(options.name === undefined ? {} : { name: options.name }), ...membersOf(options) };
        if (Object.keys(change).length === 0)
          throw new WrongUse('What is to be changed? See: xpert user change --help');
        const { id } = await findUser(api, which);
        const changed = await api.patch<{ name: string }>(`/api/v1/users/${id}`, change);
        print(options.json ? api.lastText() : `${changed.name} is changed.`);
      }),
    );
}

/** Commander takes null for no value, so that "none" stays an empty text until it is sent. */
function parseTelegramId(text: string): number | '' {
  if (text === '') return '';
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It is a number, as Telegram tells it: 123456789.');
  return Number(text);
}

function parseTags(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}
