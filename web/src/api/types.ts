import type { components, paths } from './schema.d.ts';

/** What the server answers, by the names of openapi.json. */
type Schemas = components['schemas'];

export type Traffic = Schemas['Traffic'];
export type Session = Schemas['Session'];
export type Role = Schemas['Who']['role'];
export type Overview = Schemas['Overview'];
export type Notice = Schemas['SystemNotice'];
export type Alert = Schemas['Alert'];
export type AlertCounts = Answer<'/api/v1/alerts/counts'>;
export type Channel = Schemas['Channel'];
export type ChannelRules = Schemas['ChannelRules'];
export type Holder = Schemas['Holder'];
export type Carrier = Schemas['Carrier'];
export type Summary = Schemas['Summary'];
export type Gap = Schemas['Gap'];
export type Series = Schemas['Series'];
export type Peer = Schemas['Peer'];
export type User = Schemas['User'];
export type GivenLink = Schemas['Link'];
export type Unclaimed = Schemas['Unclaimed'];
export type Entitlement = Schemas['Entitlement'];
export type Plan = Schemas['Plan'];
export type UserTemplate = Schemas['UserTemplate'];
export type Service = Schemas['Service'];
export type Health = Answer<'/api/v1/nodes/{id}/health'>;
export type HealthDay = Health['days'][number];
export type Reset = Schemas['Reset'];
export type ResetEffect = Schemas['ResetEffect'];
export type Settings = Schemas['Settings'];
export type Admin = Schemas['Admin'];
export type NodeTest = Schemas['NodeTest'];
export type NodeSetup = Schemas['NodeSetup'];
export type NodeProblem = NodeTest['problems'][number];
export type AutomaticPlan = Schemas['AutomaticAssignment'];

export type Transport = 'local' | 'ssh' | 'file';
/** Ways to counters that the panel offers: WireGuard of a host, another panel, another VPN program, or what nobody asks. */
export const WAYS = ['local', 'ssh', 'file', 'program', 'panel', 'other'] as const;
export type Way = (typeof WAYS)[number];

/** How a node is reached, by its kind; empty for those who may not change it. Secrets are sent and never come back. */
export interface NodeOptions {
  readonly transport?: Transport | 'management' | 'status-file' | undefined;
  readonly ssh?: string | undefined;
  readonly identityFile?: string | undefined;
  readonly hostKey?: string | undefined;
  readonly interface?: string | undefined;
  readonly path?: string | undefined;
  readonly url?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  readonly access?: string | undefined;
  readonly metricsUrl?: string | undefined;
  readonly gateway?: string | undefined;
  readonly certSha256?: string | undefined;
  readonly privateAddress?: boolean | undefined;
  readonly api?: string | undefined;
  readonly count?: string | undefined;
  readonly management?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly peers?: string | undefined;
  readonly port?: number | undefined;
  readonly manager?: string | undefined;
  readonly names?: string | undefined;
  readonly replyFolder?: string | undefined;
  readonly proxy?: string | undefined;
  readonly controlUrl?: string | undefined;
  readonly host?: string | undefined;
  readonly link?: string | undefined;
  readonly shared?: boolean | undefined;
  readonly userAgent?: string | undefined;
  /** JSON as it was typed; sent as the options that it is. */
  readonly declaration?: string | undefined;
}

/** The options of a node are its integration's; the panel knows these. */
export type Node = Omit<Schemas['Node'], 'options'> & { readonly options: NodeOptions };
export type NodeState = Node['state'];
export type VpnService = Node['services'][number];

export interface List<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string | null;
  readonly total?: number | null;
}

type Get = {
  readonly [Path in keyof paths]: paths[Path] extends {
    readonly get: {
      readonly responses: { readonly 200: { readonly content: { readonly 'application/json': infer A } } };
    };
  }
    ? A
    : never;
};

/** What a GET of an address answers, where the answer has no name of its own. */
export type Answer<Path extends keyof paths> = Get[Path];

type Post = {
  readonly [Path in keyof paths]: paths[Path] extends { readonly post: { readonly responses: infer R } }
    ? R extends { readonly 200: { readonly content: { readonly 'application/json': infer A } } }
      ? A
      : R extends { readonly 201: { readonly content: { readonly 'application/json': infer A } } }
        ? A
        : never
    : never;
};

/** What a POST to an address answers. */
export type PostAnswer<Path extends keyof paths> = Post[Path];
