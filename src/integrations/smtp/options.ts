import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';

/** One mailbox, without a name: nothing that could add a header. */
const Address = Type.String({ pattern: '^[^\\s<>"(),:;@\\\\]{1,64}@[A-Za-z0-9.-]{1,253}$' });

/** A mail server and who gets the mail. Unknown names are refused, so that a misspelt one is not ignored. */
const SmtpOptions = Type.Object(
  {
    host: Type.String({ pattern: '^[A-Za-z0-9:.-]{1,253}$' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    /** `starttls`: never goes on without. `none`: only to a server on this machine if there is a password. */
    security: Type.Optional(Type.Union([Type.Literal('starttls'), Type.Literal('tls'), Type.Literal('none')])),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
    from: Address,
    to: Type.Array(Address, { minItems: 1, maxItems: 20, uniqueItems: true }),
  },
  { additionalProperties: false },
);
export type SmtpOptions = Readonly<Static<typeof SmtpOptions>> & {
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
};

const PORTS = { starttls: 587, tls: 465, none: 25 } as const;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** @throws InvalidInput with a pointer under `/options`; never repeats a secret */
export function parseSmtpOptions(options: unknown): SmtpOptions {
  const wrong = Value.Errors(SmtpOptions, options).First();
  if (wrong !== undefined)
    throw new InvalidInput(`/options${wrong.path}`, 'It is missing or not in the right form.', hintFor(wrong.path));
  const parsed = options as Static<typeof SmtpOptions>;
  const security = parsed.security ?? 'starttls';
  if ((parsed.username === undefined) !== (parsed.password === undefined))
    throw new InvalidInput('/options/username', 'A name and a password belong together.', 'Give both, or none.');
  if (parsed.password !== undefined && security === 'none' && !LOOPBACK.test(parsed.host))
    throw new InvalidInput(
      '/options/security',
      'A password would go over the network unprotected.',
      'Take starttls or tls; without either only to a server on this machine.',
    );
  return { ...parsed, security, port: parsed.port ?? PORTS[security] };
}

function hintFor(path: string): string | undefined {
  if (path.startsWith('/to') || path === '/from') return 'An address alone, without a name: owner@example.com';
  return path === '/host' ? 'The name of the mail server, for example smtp.example.com' : undefined;
}
