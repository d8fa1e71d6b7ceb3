import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { EndpointFields, normalEndpoint } from '../../lib/http-client/endpoint.ts';

/** How a Remnawave panel is reached. Unknown names are refused, so that a misspelt one is not ignored. */
const RemnawaveOptions = Type.Object(
  {
    ...EndpointFields,
    /** API token of the panel's settings. */
    token: Type.String({ pattern: '^[\\x21-\\x7e]{1,4096}$' }),
  },
  { additionalProperties: false },
);
export type RemnawaveOptions = Readonly<Static<typeof RemnawaveOptions>>;

const TAILS = ['home', 'dashboard', 'users', 'api'];
const HINTS: Readonly<Record<string, string>> = {
  '/url': 'The address of the panel, for example https://panel.example.com',
  '/certSha256': 'openssl x509 -noout -fingerprint -sha256 -in CERT shows it.',
  '/token': 'The panel makes API tokens in its settings; one that may read users is enough.',
};

/** @throws InvalidInput with a pointer under `/options`; never repeats a secret */
export function parseRemnawaveOptions(options: unknown): RemnawaveOptions {
  const wrong = Value.Errors(RemnawaveOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, HINTS[wrong.path]);
  const parsed = options as RemnawaveOptions;
  const endpoint = normalEndpoint(parsed, TAILS);
  if (typeof endpoint === 'string') {
    throw new InvalidInput(`/options/${endpoint}`, 'It is not in the right form.', HINTS[`/${endpoint}`]);
  }
  return { ...parsed, ...endpoint };
}
