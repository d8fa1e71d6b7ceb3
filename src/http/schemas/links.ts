import { type Static, Type } from '@sinclair/typebox';
import type { Notice } from '../../core/inventory/node-operations.ts';
import { toClashProxy, toSingBoxOutbound } from '../../core/links/client-config.ts';
import type { SourceStanding } from '../../core/links/foreign-subscription.ts';
import type { LinkConfig } from '../../core/links/link-store.ts';
import type { ShareLink } from '../../core/links/share-link.ts';
import { Instant, MaybeInstant, MaybeString, Nullable, oneOf } from './common.ts';

export const LinkProblemJson = Type.Object({ code: Type.String(), message: Type.String(), hint: MaybeString });

/** Formats that do not have a form for every configuration. */
const PROFILES = ['clash', 'sing-box'] as const;
type Profile = (typeof PROFILES)[number];

const SourceJson = Type.Object(
  {
    entries: Type.Integer({ description: 'Configurations that are given out of it.' }),
    unreadable: Type.Integer({ description: 'Lines that are no configuration of a kind known here.' }),
    at: Type.Unsafe<Date | null>({
      ...MaybeInstant,
      description: 'When it last gave them, or said that they still hold; null: never yet, or more than 30 days ago.',
    }),
    triedAt: Type.Unsafe<Date | null>({
      ...MaybeInstant,
      description: 'When it was last asked; null: not since Xpert started.',
    }),
    problem: Nullable(LinkProblemJson),
  },
  { $id: 'LinkSource' },
);

export const LinkJson = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    protocol: Type.String({ description: '“subscription”: somebody else’s list, which is fetched.' }),
    server: Type.String({ description: 'As reports name it.' }),
    port: Type.Integer(),
    userId: MaybeString,
    userName: MaybeString,
    ownerId: MaybeString,
    createdAt: Instant,
    source: Nullable(SourceJson),
    problem: Nullable(LinkProblemJson),
  },
  {
    $id: 'Link',
    description:
      '“source”: how somebody else’s list stands; null for a configuration. “problem”: why the link is given out to nobody; null where it is given out.',
  },
);

export interface LinkStanding {
  /** Null for a configuration, and where nothing can be told. */
  readonly source: SourceStanding | null;
  /** Why nobody gets it. */
  readonly problem: Notice | null;
}

export function linkJson(link: LinkConfig, { source, problem }: LinkStanding): Static<typeof LinkJson> {
  return { ...link, source, problem: problem === null ? null : problemJson(problem) };
}

export const EntryJson = Type.Object(
  {
    name: Type.String(),
    protocol: Type.String(),
    server: Type.String(),
    port: Type.Integer(),
    leftOutOf: Type.Array(oneOf(PROFILES), { description: 'Formats that have no form for it.' }),
  },
  { $id: 'LinkEntry' },
);

/** A configuration without its secret. */
export function entryJson(link: ShareLink): Static<typeof EntryJson> {
  const { name, protocol, host, port } = link;
  return { name, protocol, server: host, port, leftOutOf: leftOutOf(link) };
}

function leftOutOf(link: ShareLink): Profile[] {
  return PROFILES.filter((format) => (format === 'clash' ? toClashProxy(link) : toSingBoxOutbound(link)) === null);
}

/** Entries that each of the formats has no form for. */
export const LeftOutJson = Type.Object({ clash: Type.Integer(), 'sing-box': Type.Integer() });

export function leftOutIn(entries: readonly Static<typeof EntryJson>[]): Static<typeof LeftOutJson> {
  const of = (format: Profile) => entries.filter((entry) => entry.leftOutOf.includes(format)).length;
  return { clash: of('clash'), 'sing-box': of('sing-box') };
}

export const LookJson = Type.Object(
  {
    name: Type.String(),
    protocol: Type.String(),
    server: Type.String(),
    port: Type.Integer(),
    found: Type.Integer({ description: 'Configurations; 1 where the link is one itself.' }),
    unreadable: Type.Integer(),
    leftOut: LeftOutJson,
    entries: Type.Array(EntryJson, { description: 'The first 100.' }),
    problem: Nullable(LinkProblemJson),
  },
  { $id: 'LinkLook' },
);

export function problemJson({ code, message, hint }: Notice): Static<typeof LinkProblemJson> {
  return { code, message, hint };
}
