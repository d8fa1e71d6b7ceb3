import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { EndpointFields, normalEndpoint } from '../../lib/http-client/endpoint.ts';

/** How a Marzban panel is reached. Unknown names are refused, so that a misspelt one is not ignored. */
const MarzbanOptions = Type.Object(
  {
    ...EndpointFields,
    /** An admin of the panel; one that is not sudo sees their own users only. */
    username: Type.String({ minLength: 1, maxLength: 128 }),
    password: Type.String({ minLength: 1, maxLength: 1024 }),
  },
  { additionalProperties: false },
);
export type MarzbanOptions = Readonly<Static<typeof MarzbanOptions>>;

/** The panel's page is at /dashboard/, its interface at /api/. */
const TAILS = ['dashboard', 'api'];
const HINTS: Readonly<Record<string, string>> = {
  '/url': 'The address of the panel, for example https://panel.example.com:8000',
  '/certSha256': 'openssl x509 -noout -fingerprint -sha256 -in CERT shows it.',
  '/password': 'The password of that admin of the panel.',
};

/** @throws InvalidInput with a pointer under `/options`; never repeats a secret */
export function parseMarzbanOptions(options: unknown): MarzbanOptions {
  const wrong = Value.Errors(MarzbanOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, HINTS[wrong.path]);
  const parsed = options as MarzbanOptions;
  const endpoint = normalEndpoint(parsed, TAILS);
  if (typeof endpoint === 'string') {
    throw new InvalidInput(`/options/${endpoint}`, 'It is not in the right form.', HINTS[`/${endpoint}`]);
  }
  return { ...parsed, ...endpoint };
}
