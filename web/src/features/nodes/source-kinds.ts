import type { NodeOptions } from '../../api/types.ts';

/** One option of a kind of source, and how it is asked for. */
export interface SourceField {
  readonly name: keyof NodeOptions;
  /** A list: the values to choose from, the first one unless another is chosen. */
  readonly as: 'text' | 'secret' | 'number' | 'switch' | 'lines' | readonly string[];
  readonly needed?: boolean;
  /** Only while another option has this value. */
  readonly when?: readonly [name: keyof NodeOptions, value: string];
  /** The help under the field, where this kind has one of its own. */
  readonly help?: string;
  readonly placeholder?: string;
}

const text = (name: keyof NodeOptions, more: Partial<SourceField> = {}): SourceField => ({ name, as: 'text', ...more });
const needed = { needed: true } as const;
const secret = (name: keyof NodeOptions, more: Partial<SourceField> = {}): SourceField => ({
  ...{ name, as: 'secret' },
  ...more,
});
const PRIVATE: SourceField = { name: 'privateAddress', as: 'switch' };
const CERTIFICATE = text('certSha256');
const OVER_SSH = ['transport', 'ssh'] as const;

const STATS: readonly SourceField[] = [
  { name: 'transport', as: ['local', 'ssh'] },
  text('ssh', { ...needed, when: OVER_SSH, placeholder: 'meter@de-1.example.net:22' }),
  text('identityFile', { when: OVER_SSH, placeholder: '/etc/xpert/node-key' }),
  text('api', { placeholder: '127.0.0.1:10085' }),
  { name: 'count', as: ['users', 'inbounds', 'outbounds'] },
];
const OF_TELEMT = ['proxy', 'telemt'] as const;
const BY_MANAGEMENT = ['transport', 'management'] as const;

/** Kinds by the way that leads to them, and what each wants to know. */
const KINDS = {
  panel: {
    marzban: [
      ...[text('url', needed), text('username', needed), secret('password', needed), CERTIFICATE, PRIVATE],
      text('gateway', { placeholder: '127.0.0.1:8001' }),
    ],
    '3x-ui': [text('url', needed), secret('token'), text('username'), secret('password'), CERTIFICATE, PRIVATE],
    remnawave: [text('url', needed), secret('token', needed), CERTIFICATE, PRIVATE],
    outline: [secret('access', needed), text('metricsUrl'), PRIVATE],
  },
  program: {
    xray: STATS,
    'sing-box': STATS,
    'sing-box-ssm': [
      text('url', { ...needed, help: 'ssm', placeholder: 'http://127.0.0.1:8081/' }),
      { name: 'port', as: 'number', placeholder: '8388' },
      PRIVATE,
    ],
    openvpn: [
      { name: 'transport', as: ['management', 'status-file'], help: 'openvpn' },
      text('management', { ...needed, when: BY_MANAGEMENT, placeholder: '/run/openvpn/management.sock' }),
      text('passwordFile', { when: BY_MANAGEMENT }),
      text('path', { ...needed, when: ['transport', 'status-file'], placeholder: '/run/openvpn/status.log' }),
      { name: 'peers', as: ['common-name', 'username'] },
      { name: 'port', as: 'number', placeholder: '1194' },
    ],
    shadowsocks: [
      text('manager', { ...needed, placeholder: '127.0.0.1:8389' }),
      text('names', { placeholder: '/etc/xpert/ports.txt' }),
      text('replyFolder'),
    ],
    mtproto: [
      { name: 'proxy', as: ['telemt', 'mtprotoproxy', 'mtg', 'official'] },
      text('url', { help: 'metrics', placeholder: 'http://127.0.0.1:9090/metrics' }),
      text('controlUrl', { when: OF_TELEMT, placeholder: 'http://127.0.0.1:9091' }),
      secret('token', { when: OF_TELEMT, help: 'telemt' }),
      { name: 'port', as: 'number', placeholder: '443' },
      PRIVATE,
    ],
  },
  other: {
    agent: [text('host', { placeholder: 'de-1.example.net' })],
    subscription: [secret('link', needed), { name: 'shared', as: 'switch' }, text('userAgent')],
    declared: [{ name: 'declaration', as: 'lines', needed: true }],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly SourceField[]>>>>;

export type SourceWay = keyof typeof KINDS;

const FIELDS: ReadonlyMap<string, readonly SourceField[]> = new Map(
  Object.values(KINDS).flatMap((kinds) => Object.entries(kinds)),
);

export const isSourceWay = (way: string): way is SourceWay => Object.hasOwn(KINDS, way);
export const kindsOf = (way: SourceWay): readonly string[] => Object.keys(KINDS[way]);

/** The kind that is chosen, if the way leads to it; else the way's first one. */
export function kindOn(way: SourceWay, kind: string): string {
  return Object.hasOwn(KINDS[way], kind) ? kind : (kindsOf(way)[0] ?? kind);
}

/** What a kind asks for now; empty for kinds with a form of their own. */
export function fieldsOf(kind: string, options: NodeOptions): readonly SourceField[] {
  return (FIELDS.get(kind) ?? []).filter(
    ({ when }) => when === undefined || chosenValue(kind, when[0], options) === when[1],
  );
}

/** Names of the fields whose errors stand beside them. */
export const SOURCE_POINTERS: readonly string[] = [
  ...new Set([...FIELDS.values()].flat().map(({ name }) => `options/${name}`)),
];

/** What was given, else the first of its choices. */
export function chosenValue(
  kind: string,
  name: keyof NodeOptions,
  options: NodeOptions,
): NodeOptions[keyof NodeOptions] {
  const as = FIELDS.get(kind)?.find((field) => field.name === name)?.as;
  const given = options[name];
  if (typeof as !== 'object') return given;
  return typeof given === 'string' && as.includes(given) ? given : as[0];
}

/** Only what this kind takes; empty fields are left out. A declaration is its options. */
export function optionsOf(kind: string, options: NodeOptions): NodeOptions {
  const given = fieldsOf(kind, options).flatMap(({ name, as }) => {
    const value = chosenValue(kind, name, options);
    if (value === undefined || value === '' || value === false) return [];
    return [[name, as === 'number' ? Number(value) : value] as const];
  });
  const { declaration, ...rest } = Object.fromEntries(given) as NodeOptions;
  return declaration === undefined ? rest : (parseDeclaration(declaration) ?? {});
}

/** Null: it is no JSON object. */
export function parseDeclaration(json: string): NodeOptions | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

export function isComplete(kind: string, options: NodeOptions): boolean {
  if (options.declaration !== undefined && kind === 'declared') return parseDeclaration(options.declaration) !== null;
  return fieldsOf(kind, options).every(({ name, needed: isNeeded = false }) => !isNeeded || Boolean(options[name]));
}
