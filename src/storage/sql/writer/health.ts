import { NotFound } from '../../../core/errors.ts';
import type { HealthRecord } from '../../../core/health/health-store.ts';
import type { ServiceProbe } from '../../../core/health/service-probe.ts';
import type { ServiceId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { operation } from './operation.ts';

/** So many changes of one subject are kept: one that flaps every minute must not fill the disk. */
const CHANGES_KEPT = 500;

/** How healthy things were, and what is probed. */
export class Health {
  readonly #sql: ReturnType<typeof prepare>;
  /** Day up to which was tidied: once a day is enough. */
  #tidied = Number.NEGATIVE_INFINITY;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  record({ spent, changes, keepFromDay, keepChangesFrom }: HealthRecord): void {
    for (const { id, day, state, ms } of spent) this.#sql.spend[state].run(id, day, ms);
    for (const { id, at, state, reason } of changes) {
      this.#sql.change.run(
        id,
        at.getTime(),
        state,
        reason?.code ?? null,
        reason?.message ?? null,
        reason?.hint ?? null,
      );
      this.#sql.trim.run({ id, kept: CHANGES_KEPT });
    }
    if (keepFromDay <= this.#tidied) return;
    this.#tidied = keepFromDay;
    this.#sql.forgetDays.run(keepFromDay);
    this.#sql.forgetChanges.run(keepChangesFrom.getTime());
  }

  setProbe(id: ServiceId, probe: ServiceProbe | null): void {
    if (this.#sql.service.get(id) === undefined) throw new NotFound('VPN service', id);
    if (probe === null) this.#sql.removeProbe.run(id);
    else this.#sql.setProbe.run(probeRow(id, probe));
  }
}

export function healthOperations({ health }: { readonly health: Health }) {
  return {
    recordHealth: operation('none', (_now, record: HealthRecord) => health.record(record)),
    setProbe: operation('none', (_now, id: ServiceId, probe: ServiceProbe | null) => health.setProbe(id, probe)),
  };
}

function probeRow(id: ServiceId, { target, intervalMs }: ServiceProbe) {
  return {
    id,
    kind: target?.kind ?? 'polls',
    host: target?.host ?? null,
    port: target?.port ?? null,
    serverName: target?.serverName ?? null,
    anyCertificate: target?.anyCertificate === true ? 1 : 0,
    privateAddresses: target?.privateAddresses === true ? 1 : 0,
    intervalMs,
  };
}

function prepare(db: Database) {
  const spend = (column: string) =>
    db.prepare(
      `INSERT INTO health_day (subject_id, day, ${column}) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET ${column} = ${column} + excluded.${column}`,
    );
  return {
    spend: {
      up: spend('up_ms'),
      degraded: spend('degraded_ms'),
      down: spend('down_ms'),
      unknown: spend('unknown_ms'),
    },
    change: db.prepare(
      'INSERT INTO health_change (subject_id, at, state, code, message, hint) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    trim: db.prepare(
      `DELETE FROM health_change WHERE subject_id = @id AND id <=
         (SELECT id FROM health_change WHERE subject_id = @id ORDER BY id DESC LIMIT 1 OFFSET @kept)`,
    ),
    forgetDays: db.prepare('DELETE FROM health_day WHERE day < ?'),
    // The last change of a subject says in which state it is, however long ago it came about.
    forgetChanges: db.prepare(
      `DELETE FROM health_change WHERE at < ? AND id NOT IN (SELECT max(id) FROM health_change GROUP BY subject_id)`,
    ),
    service: db.prepare('SELECT 1 FROM vpn_service WHERE id = ?'),
    removeProbe: db.prepare('DELETE FROM service_probe WHERE service_id = ?'),
    setProbe: db.prepare(
      `INSERT OR REPLACE INTO service_probe
         (service_id, kind, host, port, server_name, any_certificate, private_addresses, interval_ms)
       VALUES (@id, @kind, @host, @port, @serverName, @anyCertificate, @privateAddresses, @intervalMs)`,
    ),
  };
}
