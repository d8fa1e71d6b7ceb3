import type { HealthChange, HealthDay, StateTimes, SubjectId } from '../../../core/health/health-store.ts';
import type { ProbeTarget } from '../../../core/health/prober.ts';
import type { ServiceState } from '../../../core/health/service-health.ts';
import type { ServiceProbe } from '../../../core/health/service-probe.ts';
import type { ServiceId } from '../../../core/units/ids.ts';
import type { Statements } from './statements.ts';

interface ProbeRow {
  readonly id: ServiceId;
  readonly kind: ProbeTarget['kind'] | 'polls';
  readonly host: string | null;
  readonly port: number | null;
  readonly serverName: string | null;
  readonly anyCertificate: number;
  readonly privateAddresses: number;
  readonly intervalMs: number;
}

interface ChangeRow {
  readonly id: SubjectId;
  readonly at: number;
  readonly state: ServiceState;
  readonly code: string | null;
  readonly message: string | null;
  readonly hint: string | null;
}

const CHANGE = 'subject_id AS id, at, state, code, message, hint';
const TIMES = 'up_ms AS upMs, degraded_ms AS degradedMs, down_ms AS downMs, unknown_ms AS unknownMs';

/** Reads of probes and of how healthy things were. */
export class HealthReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  probes(): ReadonlyMap<ServiceId, ServiceProbe> {
    const rows = this.#sql.all<ProbeRow>(
      `SELECT p.service_id AS id, p.kind, p.host, p.port, p.server_name AS serverName, p.any_certificate AS anyCertificate,
         p.private_addresses AS privateAddresses, p.interval_ms AS intervalMs
       FROM service_probe p JOIN vpn_service s ON s.id = p.service_id JOIN node n ON n.id = s.node_id
       WHERE n.deleted_at IS NULL`,
    );
    return new Map(rows.map((row) => [row.id, toProbe(row)]));
  }

  days(id: SubjectId, first: number, last: number): HealthDay[] {
    return this.#sql.all<HealthDay>(
      `SELECT day, ${TIMES} FROM health_day WHERE subject_id = @id AND day BETWEEN @first AND @last ORDER BY day`,
      { id, first, last },
    );
  }

  sums(first: number, last: number): ReadonlyMap<SubjectId, StateTimes> {
    const rows = this.#sql.all<StateTimes & { readonly id: SubjectId }>(
      `SELECT subject_id AS id, sum(up_ms) AS upMs, sum(degraded_ms) AS degradedMs, sum(down_ms) AS downMs,
         sum(unknown_ms) AS unknownMs
       FROM health_day WHERE day BETWEEN @first AND @last GROUP BY subject_id`,
      { first, last },
    );
    return new Map(rows.map(({ id, ...times }) => [id, times]));
  }

  changes(id: SubjectId, limit: number): HealthChange[] {
    return this.#sql
      .all<ChangeRow>(
        `SELECT ${CHANGE} FROM health_change WHERE subject_id = @id ORDER BY health_change.id DESC LIMIT @limit`,
        {
          id,
          limit,
        },
      )
      .map(toChange);
  }

  standings(): ReadonlyMap<SubjectId, HealthChange> {
    const rows = this.#sql.all<ChangeRow>(
      `SELECT ${CHANGE} FROM health_change WHERE health_change.id IN (SELECT max(id) FROM health_change GROUP BY subject_id)`,
    );
    return new Map(rows.map((row) => [row.id, toChange(row)]));
  }
}

function toProbe({ id: _id, kind, host, port, serverName, intervalMs, ...flags }: ProbeRow): ServiceProbe {
  if (kind === 'polls' || host === null) return { target: null, intervalMs };
  const [anyCertificate, privateAddresses] = [flags.anyCertificate === 1, flags.privateAddresses === 1];
  return { target: { kind, host, port, serverName, anyCertificate, privateAddresses }, intervalMs };
}

function toChange({ at, state, code, message, hint }: ChangeRow): HealthChange {
  return { at: new Date(at), state, reason: code === null ? null : { code, message: message ?? code, hint } };
}
