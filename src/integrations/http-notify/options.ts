import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';

/** Where messages are posted. Unknown names are refused, so that a misspelt one is not ignored. */
const WebhookOptions = Type.Object(
  {
    url: Type.String({ minLength: 8, maxLength: 2048 }),
    /** Standard Webhooks: `whsec_` and 24 to 64 bytes as base64. */
    signingSecret: Type.String({ pattern: '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$' }),
    /** It may be on this machine or in a private network. */
    privateAddress: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type WebhookOptions = Readonly<Static<typeof WebhookOptions>>;

const HINTS: Readonly<Record<string, string>> = {
  '/url': 'The whole address, for example https://example.com/hooks/xpert',
  '/signingSecret': 'Make one: echo "whsec_$(openssl rand -base64 32)"',
};

/** @throws InvalidInput with a pointer under `/options`; never repeats a secret */
export function parseWebhookOptions(options: unknown): WebhookOptions {
  const wrong = Value.Errors(WebhookOptions, options).First();
  if (wrong !== undefined)
    throw new InvalidInput(`/options${wrong.path}`, 'It is missing or not in the right form.', HINTS[wrong.path]);
  const parsed = options as WebhookOptions;
  if (!isAddress(parsed.url)) throw new InvalidInput('/options/url', 'It is no address.', HINTS['/url']);
  const bytes = keyOf(parsed).length;
  if (bytes >= 24 && bytes <= 64) return parsed;
  throw new InvalidInput('/options/signingSecret', 'It has to be 24 to 64 bytes.', HINTS['/signingSecret']);
}

/** The key that signs. */
export function keyOf({ signingSecret }: Pick<WebhookOptions, 'signingSecret'>): Buffer {
  return Buffer.from(signingSecret.slice('whsec_'.length), 'base64');
}

function isAddress(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
