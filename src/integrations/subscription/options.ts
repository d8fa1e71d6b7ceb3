import { createHash } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';

/** Somebody else's subscription link. Unknown names are refused, so that a misspelt one is not ignored. */
const SubscriptionOptions = Type.Object(
  {
    /** Holds the token of the account. */
    link: Type.String({ minLength: 10, maxLength: 4096 }),
    /** Host of the link, taken from it: for people. */
    host: Type.Optional(Type.String({ maxLength: 255 })),
    /** Several people use the account: its bytes are of no single one. */
    shared: Type.Optional(Type.Boolean()),
    /** As which client it is fetched: some providers tell the usage to those they know only. */
    userAgent: Type.Optional(Type.String({ pattern: '^[\\x20-\\x7e]{1,200}$' })),
  },
  { additionalProperties: false },
);
export type SubscriptionOptions = Readonly<Static<typeof SubscriptionOptions>>;

/** @throws InvalidInput with a pointer under `/options`; never repeats the link */
export function parseSubscriptionOptions(options: unknown): SubscriptionOptions {
  const wrong = Value.Errors(SubscriptionOptions, options).First();
  if (wrong !== undefined)
    throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, wrong.path === '/link' ? LINK : undefined);
  const parsed = options as SubscriptionOptions;
  const text = parsed.link.trim();
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new InvalidInput('/options/link', 'This is no link.', LINK);
  if (url.username !== '' || url.password !== '')
    throw new InvalidInput('/options/link', 'A link with a user name is not supported.', LINK);
  url.hash = '';
  return { ...parsed, link: url.href, host: url.hostname };
}

const LINK = 'The link that clients subscribe to, https://…';

/** Names the account without giving away its token. */
export function accountOf({ link }: SubscriptionOptions): string {
  const { host } = new URL(link);
  return `${host}#${createHash('sha256').update(link).digest('hex').slice(0, 16)}`;
}
