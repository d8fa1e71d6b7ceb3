import type { Static } from '@sinclair/typebox';
import { type Actor, ownsUser, visibilityOf } from '../core/identity/authorize.ts';
import type { Decided, EntryEffect, EntryOutcome, HolderEffect, LedgerEntry } from '../core/ledger/entry.ts';
import type { Baseline, Quarantined } from '../core/ledger/usage-history.ts';
import type { AdminId, PeerId } from '../core/units/ids.ts';
import type { HttpPorts } from './ports.ts';
import { trafficJson } from './schemas/common.ts';
import {
  type BaselineJson,
  type ByJson,
  changeJson,
  type EffectJson,
  type EntryJson,
  type OutcomeJson,
  type QuarantinedJson,
} from './schemas/entries.ts';

/** Entries and what they decide about, with the names that people know. */
export class EntryViews {
  readonly #ports: Pick<HttpPorts, 'inventory' | 'identity'>;

  constructor(ports: Pick<HttpPorts, 'inventory' | 'identity'>) {
    this.#ports = ports;
  }

  async by(id: AdminId | null): Promise<Static<typeof ByJson>> {
    return id === null ? null : { id, name: (await this.#ports.identity.admin(id))?.name ?? null };
  }

  async entry(actor: Actor, entry: LedgerEntry): Promise<Static<typeof EntryJson>> {
    const { id, kind, at, reason, item, undoes, undoneBy } = entry;
    const effect = await this.effect(actor, entry.effect);
    const rebinding = await this.#rebinding(actor, entry.rebinding);
    return { id, kind, at, by: await this.by(entry.by), reason, item, rebinding, effect, undoes, undoneBy };
  }

  /** To whom of others a peer went is not told. */
  async #rebinding(actor: Actor, rebinding: LedgerEntry['rebinding']) {
    if (rebinding === null) return null;
    const { peerId, userId, from, to } = rebinding;
    const { peerName } = await this.#peerNames(peerId);
    const user = userId === null ? null : await this.#ports.inventory.user(userId);
    const shown = user !== null && ownsUser(actor, user.ownerId) ? user : null;
    return { peerId, peerName, userId: shown?.id ?? null, userName: shown?.name ?? null, from, to };
  }

  async outcome(actor: Actor, { entry, effect }: EntryOutcome): Promise<Static<typeof OutcomeJson>> {
    return {
      applied: entry !== null,
      entry: entry === null ? null : await this.entry(actor, entry),
      effect: await this.effect(actor, effect),
    };
  }

  /** A reseller is told about own users alone. */
  async effect(actor: Actor, effect: EntryEffect): Promise<Static<typeof EffectJson>> {
    const { from, to, days, wholeDays, estimated } = effect;
    const holders = (await Promise.all(effect.holders.map((holder) => this.#holder(actor, holder)))).flat();
    return { traffic: changeJson(effect.traffic), holders, from, to, days, wholeDays, estimatedBytes: estimated };
  }

  async quarantined(item: Quarantined): Promise<Static<typeof QuarantinedJson>> {
    const { report } = item;
    return {
      ...(await this.#aside(item)),
      userToken: report?.userToken ?? null,
      server: report === null ? null : `${report.server}:${report.port}`,
    };
  }

  async baseline(item: Baseline): Promise<Static<typeof BaselineJson>> {
    const peer = await this.#ports.inventory.peer(item.peerId);
    const user = peer?.userId == null ? null : await this.#ports.inventory.user(peer.userId);
    return { ...(await this.#aside(item)), reason: item.reason, userName: user?.name ?? null };
  }

  async #aside({ id, at, reason, traffic, peerId, decided }: Quarantined | Baseline) {
    return {
      id,
      at,
      reason,
      traffic: trafficJson(traffic),
      peerId,
      ...(await this.#peerNames(peerId)),
      decided: await this.#decided(decided),
    };
  }

  async #decided(decided: Decided | null) {
    return decided === null ? null : { ...decided, by: await this.by(decided.by) };
  }

  async #peerNames(peerId: PeerId | null) {
    const peer = peerId === null ? null : await this.#ports.inventory.peer(peerId);
    const node = peer === null ? null : await this.#ports.inventory.node(peer.nodeId);
    return { peerName: peer === null ? null : (peer.name ?? peer.key), nodeName: node?.name ?? null };
  }

  async #holder(actor: Actor, holder: HolderEffect): Promise<Static<typeof EffectJson>['holders']> {
    const { userId, userToken, peerId } = holder;
    const user = userId === null ? null : await this.#ports.inventory.user(userId);
    const isOwn = user === null ? visibilityOf(actor).kind === 'all' : ownsUser(actor, user.ownerId);
    if (!isOwn) return [];
    const name = user?.name ?? userToken ?? (await this.#peerNames(peerId)).peerName ?? '';
    const shown = { shownBefore: trafficJson(holder.shownBefore), shownAfter: trafficJson(holder.shownAfter) };
    const deleted = user !== null && user.deletedAt !== null;
    return [{ userId, userToken, peerId, name, deleted, traffic: changeJson(holder.traffic), ...shown }];
  }
}
