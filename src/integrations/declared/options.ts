import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInput } from '../../core/errors.ts';
import { parseSelector } from './selector.ts';

/** JSON pointer, RFC 6901; relative to one item where it says so. */
const Pointer = Type.String({ pattern: '^(?:/(?:[^~]|~[01])*)?$', maxLength: 512 });
/** A JSON pointer into an item, or a Prometheus metric with labels: `bytes_total{dir="in"}`. */
const Place = Type.String({ maxLength: 512 });

/** Where the numbers of a source are, and what they mean. Unknown names are refused. */
export const DeclaredOptions = Type.Object(
  {
    transport: Type.Union([Type.Literal('http'), Type.Literal('file'), Type.Literal('command')]),
    /** http: what is asked for with GET. No secrets in it: it is shown. */
    url: Type.Optional(Type.String({ maxLength: 2048 })),
    /** http: value of the header Authorization, for example `Bearer …`. Sealed. */
    authorization: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, pattern: '^[\\x20-\\x7e]+$' })),
    /** http: it may be this machine or a private address. */
    privateAddresses: Type.Optional(Type.Boolean()),
    /** http: the one certificate to accept, SHA-256 in hex. */
    certificateSha256: Type.Optional(Type.String({ pattern: '^(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$' })),
    /** file: full path. */
    path: Type.Optional(Type.String({ pattern: '^/[^\\0]+$', maxLength: 1024 })),
    /** file: it is stale when it is older; default 300. */
    maxAgeSeconds: Type.Optional(Type.Integer({ minimum: 5, maximum: 604_800 })),
    /** file: it is replaced in one step, so that it is whole although Prometheus text has no end. */
    atomic: Type.Optional(Type.Boolean()),
    /** command: name of a program in the folder for them. */
    command: Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,63}$' })),

    format: Type.Union([Type.Literal('json'), Type.Literal('prometheus')]),
    /** json: pointer to the list of items, or to an object whose member names are the keys. */
    list: Type.Optional(Pointer),
    /** json: pointer in an item to the peer's key; absent where member names are the keys. */
    key: Type.Optional(Pointer),
    /** json: pointer in an item to a name for people. */
    name: Type.Optional(Pointer),
    /** json: pointer in an item to its connection, for kind session. */
    connection: Type.Optional(Pointer),
    /** json: pointer in an item to the instant of its beginning, RFC 3339 or Unix seconds. */
    createdAt: Type.Optional(Pointer),
    /** prometheus: the label with the peer's key; absent: all samples are one peer. */
    keyLabel: Type.Optional(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 128 })),
    /** What the node received from the peer: the upload. */
    rx: Type.Optional(Place),
    /** What the node sent to the peer: the download. */
    tx: Type.Optional(Place),
    /** Both together, where directions are not told. */
    total: Type.Optional(Place),
    /** Bytes per unit of the values; default 1. */
    unitBytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_099_511_627_776 })),
    /** Pointer or metric that changes exactly when all counters start again. */
    start: Type.Optional(Place),
    /** Pointer or metric with the seconds for which all counters have been running. */
    uptime: Type.Optional(Place),

    kind: Type.Union([Type.Literal('cumulative'), Type.Literal('session')]),
    falls: Type.Union([Type.Literal('to-zero'), Type.Literal('rewound')]),
    absence: Type.Union([Type.Literal('ended'), Type.Literal('silent')]),
    basis: Type.Optional(Type.Union([Type.Literal('raw'), Type.Literal('weighted')])),
    /** Names the source, however it is read; default: where it is. */
    identity: Type.Optional(Type.String({ minLength: 1, maxLength: 256, pattern: '^[\\x21-\\x7e]+$' })),
    /** Name of the service; default: declared. */
    service: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    /** Protocol under which its usage is shown; default: declared. */
    protocol: Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' })),
  },
  { additionalProperties: false },
);
export type DeclaredOptions = Readonly<Static<typeof DeclaredOptions>>;

const TAKES = {
  http: { needs: 'url', takes: ['authorization', 'privateAddresses', 'certificateSha256'] },
  file: { needs: 'path', takes: ['maxAgeSeconds', 'atomic'] },
  command: { needs: 'command', takes: [] },
} as const;
const OF_TRANSPORTS = ['url', 'path', 'command', ...Object.values(TAKES).flatMap(({ takes }) => takes)];
const OF_JSON = ['list', 'key', 'name', 'connection', 'createdAt'] as const;
const PLACES = ['rx', 'tx', 'total', 'start', 'uptime'] as const;

const HINTS: Readonly<Record<string, string>> = {
  '/kind':
    'cumulative (grows since a start) or session (within a connection). What may fall by itself cannot be metered.',
  '/falls': 'to-zero if only a restart can lower a value; else rewound: then a fallen value counts nothing.',
  '/absence': 'ended if a series that a whole answer does not show counts from 0 when it is back; if not sure, silent.',
  '/transport': 'Choose http, file or command.',
  '/format': 'Choose json or prometheus.',
};

/** @throws InvalidInput with a pointer under `/options` */
export function parseDeclaredOptions(options: unknown): DeclaredOptions {
  const wrong = Value.Errors(DeclaredOptions, options).First();
  if (wrong !== undefined) throw new InvalidInput(`/options${wrong.path}`, `${wrong.message}.`, HINTS[wrong.path]);
  const parsed = options as DeclaredOptions;
  checkTransport(parsed);
  checkNames(parsed);
  checkPlaces(parsed);
  checkMeaning(parsed);
  return parsed;
}

function checkTransport(options: DeclaredOptions): void {
  const { needs, takes } = TAKES[options.transport];
  if (options[needs] === undefined) throw refused(needs, `Transport "${options.transport}" needs "${needs}".`);
  for (const name of OF_TRANSPORTS) {
    const isForeign = name !== needs && !(takes as readonly string[]).includes(name);
    if (isForeign && name in options)
      throw refused(name, `"${name}" means nothing for transport "${options.transport}".`);
  }
  if (options.url !== undefined) checkUrl(options.url);
}

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw refused('url', 'Write an address with http:// or https://.');
  if (url.username !== '' || url.password !== '') {
    throw refused('url', 'An address is shown to people.', 'Give name and password as "authorization": "Basic …".');
  }
}

function checkNames(options: DeclaredOptions): void {
  const { format, rx, tx, total } = options;
  if ((rx === undefined) !== (tx === undefined))
    throw refused(rx === undefined ? 'rx' : 'tx', 'Give both directions, or "total".');
  if ((total === undefined) === (rx === undefined)) throw refused('total', 'Give "rx" and "tx", or "total" alone.');
  for (const name of OF_JSON) {
    if (format === 'prometheus' && name in options)
      throw refused(name, `"${name}" means nothing for format "prometheus".`);
  }
  if (format === 'json' && options.keyLabel !== undefined)
    throw refused('keyLabel', '"keyLabel" means nothing for format "json".');
}

function checkPlaces(options: DeclaredOptions): void {
  const { format } = options;
  for (const name of PLACES) {
    const place = options[name];
    if (place === undefined) continue;
    if (format === 'json' && !Value.Check(Pointer, place))
      throw refused(name, 'This is no JSON pointer.', 'For example /stats/up');
    if (format === 'prometheus' && parseSelector(place) === null) {
      throw refused(name, 'This is no metric.', 'For example user_bytes{direction="in"}');
    }
  }
}

function checkMeaning(options: DeclaredOptions): void {
  const isSession = options.kind === 'session';
  if (isSession && options.connection === undefined) throw refused('connection', 'Kind "session" needs "connection".');
  if (!isSession && options.connection !== undefined)
    throw refused('connection', '"connection" is for kind "session".');
  if (options.start !== undefined && options.uptime !== undefined) throw refused('uptime', 'Give "start" or "uptime".');
}

function refused(name: string, message: string, hint?: string): InvalidInput {
  return new InvalidInput(`/options/${name}`, message, hint ?? HINTS[`/${name}`]);
}
