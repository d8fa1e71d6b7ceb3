import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { round } from './figure.ts';
import { percentile } from './rounds.ts';
import { benchDir } from './workspace.ts';

/** What the machine gave in this run; figures of two machines compare only through it. */
export async function runConditions(): Promise<Record<string, unknown>> {
  const sync = syncMicros();
  return {
    at: new Date().toISOString(),
    node: process.version,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    /** Other work on the machine while we measured: above the number of cores the figures are noisy. */
    loadAverage: round(os.loadavg()[0] ?? 0),
    fdatasyncP50Micros: round(percentile(sync, 0.5)),
    fdatasyncP99Micros: round(percentile(sync, 0.99)),
  };
}

/** Appends 4 KiB and waits for the disk, 500 times: what one durable commit costs at least. */
function syncMicros(): number[] {
  const file = path.join(benchDir(), `sync-${process.pid}`);
  const descriptor = openSync(file, 'w');
  const page = Buffer.alloc(4096, 7);
  try {
    return Array.from({ length: 500 }, () => {
      writeSync(descriptor, page);
      const start = performance.now();
      fdatasyncSync(descriptor);
      return (performance.now() - start) * 1000;
    });
  } finally {
    closeSync(descriptor);
    rmSync(file);
  }
}
