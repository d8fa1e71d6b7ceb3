import type { HealthRecord, HealthStore, SubjectId } from '../../core/health/health-store.ts';
import type { ServiceProbe } from '../../core/health/service-probe.ts';
import type { ServiceId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { HealthReader } from './reader/health-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** Probes, and how healthy things were. */
export class SqlHealthStore implements HealthStore {
  readonly #reader: Asked<HealthReader>;
  readonly #writer: WriterLink;

  constructor(reader: Asked<HealthReader>, writer: WriterLink) {
    this.#reader = reader;
    this.#writer = writer;
  }

  async probes() {
    return this.#reader.probes();
  }

  setProbe(id: ServiceId, probe: ServiceProbe | null) {
    return this.#writer.run('setProbe', id, probe);
  }

  record(record: HealthRecord) {
    return this.#writer.run('recordHealth', record);
  }

  async days(id: SubjectId, first: number, last: number) {
    return this.#reader.days(id, first, last);
  }

  async sums(first: number, last: number) {
    return this.#reader.sums(first, last);
  }

  async changes(id: SubjectId, limit: number) {
    return this.#reader.changes(id, limit);
  }

  async standings() {
    return this.#reader.standings();
  }
}
