import type { Finding } from '../health/findings.ts';
import type { CheckSum, ProviderFigure } from '../metering/reconcile.ts';
import type { AdminId, NodeId, ServiceId } from '../units/ids.ts';

/** Port: both sides of every check, what providers say, and what was found while metering. Raw bytes, whatever the marks. */
export interface ReconciliationStore {
  /** Days of the panel's zone from `first` to `last`, in order; days without a check are absent. */
  days(nodeId: NodeId, first: number, last: number): Promise<CheckDay[]>;
  /** Figures of a node, the latest period first. */
  figures(nodeId: NodeId): Promise<StoredFigure[]>;
  addFigure(figure: NewFigure): Promise<StoredFigure>;
  /** Keeps the row, marked. @throws NotFound */
  removeFigure(nodeId: NodeId, id: string, at: Date): Promise<void>;
  /** Of services of living nodes. */
  findings(): Promise<Finding[]>;
}

/** One counter on one day. */
export interface CheckDay {
  /** Number of the day, as `Calendar` counts. */
  readonly day: number;
  /** Null: the network card of the node. */
  readonly serviceId: ServiceId | null;
  /** Of the interface or card then. */
  readonly name: string;
  readonly sum: CheckSum;
}

export interface NewFigure extends Pick<ProviderFigure, 'direction' | 'bytes'> {
  readonly nodeId: NodeId;
  /** First and last day of the period, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
  readonly note: string;
  readonly at: Date;
  readonly by: AdminId | null;
}

export interface StoredFigure extends NewFigure {
  readonly id: string;
}
