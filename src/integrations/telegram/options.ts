import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { parseBaseUrl } from '../../lib/http-client/endpoint.ts';

/** A chat of a bot. Unknown names are refused, so that a misspelt one is not ignored. */
const TelegramOptions = Type.Object(
  {
    /** As @BotFather gives it. */
    token: Type.String({ pattern: '^\\d{1,20}:[A-Za-z0-9_-]{20,100}$' }),
    /** Number of a person, a group (-100…), or @name of a channel. */
    chatId: Type.String({ pattern: '^(?:-?\\d{1,20}|@[A-Za-z0-9_]{4,64})$' }),
    /** Topic of a group with topics. */
    threadId: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Another Bot API server than Telegram's own. */
    apiUrl: Type.Optional(Type.String({ minLength: 8, maxLength: 1024 })),
    /** That server may be on this machine or in a private network. */
    privateAddress: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type TelegramOptions = Readonly<Static<typeof TelegramOptions>>;

const HINTS: Readonly<Record<string, string>> = {
  '/token': '@BotFather gives it: 123456:ABC…',
  '/chatId': 'Write to the bot, then @userinfobot tells your number; add the bot to a group for its number (-100…).',
  '/apiUrl': 'For example http://127.0.0.1:8081',
};

/** @throws InvalidInput with a pointer under `/options`; never repeats the token */
export function parseTelegramOptions(options: unknown): TelegramOptions {
  const wrong = Value.Errors(TelegramOptions, options).First();
  if (wrong !== undefined)
    throw new InvalidInput(`/options${wrong.path}`, 'It is missing or not in the right form.', HINTS[wrong.path]);
  const parsed = options as TelegramOptions;
  if (parsed.apiUrl === undefined) return parsed;
  const base = parseBaseUrl(parsed.apiUrl);
  if (base === null) throw new InvalidInput('/options/apiUrl', 'It is no address.', HINTS['/apiUrl']);
  return { ...parsed, apiUrl: base.href };
}
