import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { EndpointFields, normalEndpoint } from '../../lib/http-client/endpoint.ts';

/** How a 3x-ui panel is reached: by an API token (version 3), or as its user. Unknown names are refused. */
const ThreeXuiOptions = Type.Object(
  {
    ...EndpointFields,
    token: Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]{1,1024}$' })),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
  },
  { additionalProperties: false },
);
export type ThreeXuiOptions = Readonly<Static<typeof ThreeXuiOptions>>;

/** Pages of the panel below its base path. */
const TAILS = ['inbounds', 'clients', 'settings', 'xray', 'panel'];
const HINTS: Readonly<Record<string, string>> = {
  '/url': 'The address of the panel with its path, for example https://panel.example.com:2053/PATH/',
  '/certSha256': 'openssl x509 -noout -fingerprint -sha256 -in CERT shows it.',
  '/token': 'Version 3 makes API tokens in its settings; older ones take user name and password.',
};

/** @throws InvalidInput with a pointer under `/options`; never repeats a secret */
export function parseThreeXuiOptions(options: unknown): ThreeXuiOptions {
  const wrong = Value.Errors(ThreeXuiOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, HINTS[wrong.path]);
  const parsed = options as ThreeXuiOptions;
  const endpoint = normalEndpoint(parsed, TAILS);
  if (typeof endpoint === 'string') {
    throw new InvalidInput(`/options/${endpoint}`, 'It is not in the right form.', HINTS[`/${endpoint}`]);
  }
  const { token, username, password } = parsed;
  if (token === undefined && (username === undefined || password === undefined))
    throw new InvalidInput('/options/token', 'It needs a token, or user name and password.', HINTS['/token']);
  if (token !== undefined && (username !== undefined || password !== undefined))
    throw new InvalidInput('/options/token', 'A token and a user name exclude each other.', HINTS['/token']);
  return { ...parsed, ...endpoint };
}
