declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Opaque, random, never reused. A NodeId where a PeerId is wanted does not compile. */
export type NodeId = Branded<string, 'NodeId'>;
export type ServiceId = Branded<string, 'ServiceId'>;
export type PeerId = Branded<string, 'PeerId'>;
export type UserId = Branded<string, 'UserId'>;
export type AdminId = Branded<string, 'AdminId'>;
export type ApiTokenId = Branded<string, 'ApiTokenId'>;
export type ResetId = Branded<string, 'ResetId'>;
export type ScheduledResetId = Branded<string, 'ScheduledResetId'>;
export type EntryId = Branded<string, 'EntryId'>;
export type LinkId = Branded<string, 'LinkId'>;
export type PlanId = Branded<string, 'PlanId'>;
export type TopUpId = Branded<string, 'TopUpId'>;

/** Port: makes unguessable ids; the real one draws 80 bits from the system's generator. */
export type NewId = () => string;
