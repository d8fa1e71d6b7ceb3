import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { normalSshFields, SSH_FIELDS, SSH_HINT, SshFieldProblem } from '../../lib/ssh-fields.ts';

/** How a WireGuard or AmneziaWG node is reached. Unknown names are refused, so that a misspelt one is not ignored. */
export const WireguardOptions = Type.Object(
  {
    transport: Type.Union([Type.Literal('local'), Type.Literal('ssh'), Type.Literal('file')]),
    ...SSH_FIELDS,
    /** Read this interface only. */
    interface: Type.Optional(Type.String({ pattern: '^[^\\s/]{1,15}$' })),
    /** Docker or Podman containers on the node to read as well. */
    containers: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$' }), { maxItems: 32, uniqueItems: true }),
    ),
    /** File that a script on the node writes (transport `file`). */
    path: Type.Optional(Type.String({ pattern: '^/', maxLength: 1024 })),
    /** The file is stale when it is older; default 300. */
    maxAgeSeconds: Type.Optional(Type.Integer({ minimum: 5, maximum: 604_800 })),
  },
  { additionalProperties: false },
);
export type WireguardOptions = Readonly<Static<typeof WireguardOptions>>;

/** Which transport takes which options, and what it cannot do without. */
const BELONGS = {
  local: { needs: null, takes: ['interface', 'containers'] },
  ssh: { needs: 'ssh', takes: ['ssh', 'identityFile', 'hostKey', 'interface', 'containers'] },
  file: { needs: 'path', takes: ['path', 'maxAgeSeconds', 'interface'] },
} as const;

/** @throws InvalidInput with a pointer under `/options` */
export function parseWireguardOptions(options: unknown): WireguardOptions {
  const wrong = Value.Errors(WireguardOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, hintFor(wrong.path));
  const parsed = options as WireguardOptions;
  const { needs, takes } = BELONGS[parsed.transport];
  for (const name of Object.keys(parsed)) {
    if (name !== 'transport' && !(takes as readonly string[]).includes(name)) {
      throw new InvalidInput(`/options/${name}`, `"${name}" means nothing for transport "${parsed.transport}".`);
    }
  }
  if (needs !== null && parsed[needs] === undefined) {
    throw new InvalidInput(
      `/options/${needs}`,
      `Transport "${parsed.transport}" needs "${needs}".`,
      hintFor(`/${needs}`),
    );
  }
  const ssh = normalSshFields(parsed);
  if (ssh instanceof SshFieldProblem) throw new InvalidInput(`/options/${ssh.field}`, ssh.message, ssh.hint);
  return { ...parsed, ...ssh };
}

function hintFor(path: string): string | undefined {
  if (path === '/ssh') return SSH_HINT;
  if (path === '/transport') return 'Choose local, ssh or file.';
  if (path === '/path') return 'Give the full path of the file that the node writes.';
  if (path === '/interface') return 'A name such as wg0.';
  return undefined;
}
