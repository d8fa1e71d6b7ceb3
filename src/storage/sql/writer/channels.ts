import type { AlertStore, NewChannel } from '../../../core/alerting/alert-store.ts';
import type { Channel } from '../../../core/alerting/channel.ts';
import { NotFound, Taken } from '../../../core/errors.ts';
import type { NewId } from '../../../core/units/ids.ts';
import { type ChannelRow, channelColumns, toChannel } from '../alert-rows.ts';
import type { Database } from '../database.ts';

type ChannelChange = Parameters<AlertStore['updateChannel']>[1];

/** Writes of channels. */
export class Channels {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #newId: NewId;

  constructor(db: Database, newId: NewId) {
    this.#sql = prepare(db);
    this.#newId = newId;
  }

  add({ name, kind, options, rules, createdAt }: NewChannel): Channel {
    this.#refuseTaken(name, null);
    const id = this.#newId();
    this.#sql.add.run(id, name, kind, JSON.stringify(options), JSON.stringify(rules), createdAt.getTime());
    return this.#must(id);
  }

  update(id: string, { name, target, rules, enabled }: ChannelChange): Channel {
    const before = this.#must(id);
    if (name !== undefined) this.#refuseTaken(name, id);
    const { kind, options } = target ?? before;
    this.#sql.update.run({
      id,
      name: name ?? before.name,
      kind,
      options: JSON.stringify(options),
      rules: JSON.stringify(rules ?? before.rules),
      enabled: (enabled ?? before.enabled) ? 1 : 0,
    });
    // Switched off, nothing waits for it: on again, it begins with what is new.
    if (enabled === false) this.#sql.clear.run(id);
    return this.#must(id);
  }

  remove(id: string): void {
    if (this.#sql.remove.run(id).changes === 0) throw new NotFound('channel', id);
  }

  #refuseTaken(name: string, id: string | null): void {
    const other = this.#sql.byName.get(name) as string | undefined;
    if (other === undefined || other === id) return;
    throw new Taken('name-taken', `There is already a channel named "${name}".`, 'Choose another name.');
  }

  #must(id: string): Channel {
    const row = this.#sql.find.get(id) as ChannelRow | undefined;
    if (row === undefined) throw new NotFound('channel', id, 'GET /api/v1/channels lists them.');
    return toChannel(row);
  }
}

function prepare(db: Database) {
  return {
    find: db.prepare(`SELECT ${channelColumns} FROM channel c WHERE c.id = ?`),
    byName: db.prepare('SELECT id FROM channel WHERE name = ?').pluck(),
    add: db.prepare('INSERT INTO channel (id, name, kind, options, rules, created_at) VALUES (?, ?, ?, ?, ?, ?)'),
    update: db.prepare(
      `UPDATE channel SET name = @name, kind = @kind, options = @options, rules = @rules, enabled = @enabled,
         failures = 0, retry_at = NULL, code = NULL, message = NULL, hint = NULL WHERE id = @id`,
    ),
    clear: db.prepare('DELETE FROM outbox WHERE channel_id = ?'),
    remove: db.prepare('DELETE FROM channel WHERE id = ?'),
  };
}
