import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { EndpointFields, normalEndpoint } from '../../lib/http-client/endpoint.ts';

/** How the ssm-api of a sing-box is reached. Unknown names are refused, so that a misspelt one is not ignored. */
const SsmOptions = Type.Object(
  {
    ...EndpointFields,
    /** Port on which the Shadowsocks inbound listens: the API does not tell it. */
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
  },
  { additionalProperties: false },
);
export type SsmOptions = Readonly<Static<typeof SsmOptions>>;

const TAILS = ['server/v1', 'server/v1/users', 'server/v1/stats'];
const HINTS: Readonly<Record<string, string>> = {
  '/url':
    'listen and listen_port of the ssm-api service, and the path of its inbound ("servers"): http://127.0.0.1:8081/',
  '/certSha256': 'openssl x509 -noout -fingerprint -sha256 -in CERT shows it.',
};

/** @throws InvalidInput with a pointer under `/options` */
export function parseSsmOptions(options: unknown): SsmOptions {
  const wrong = Value.Errors(SsmOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, HINTS[wrong.path]);
  const parsed = options as SsmOptions;
  const endpoint = normalEndpoint(parsed, TAILS);
  if (typeof endpoint === 'string')
    throw new InvalidInput(`/options/${endpoint}`, 'It is not in the right form.', HINTS[`/${endpoint}`]);
  return { ...parsed, ...endpoint };
}
