import { readFileSync } from 'node:fs';

/** Linux: /proc/PID/stat counts in ticks of 10 ms, whatever the kernel's own are. */
const MS_PER_TICK = 10;

/** Processor time of a process and all its threads since it started, user and system, ms. */
export function cpuMs(pid: number): number {
  return ticks(pid, 11, 12) * MS_PER_TICK;
}

/** The same of a process with one thread, to the nanosecond: what takes less than a tick at a time is not in the other. */
export function exactCpuMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
}

/** Processor time of the processes that it started and that have ended, ms. */
export function cpuMsOfChildren(pid: number): number {
  return ticks(pid, 13, 14) * MS_PER_TICK;
}

function ticks(pid: number, ...places: readonly number[]): number {
  // The name in brackets may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return places.reduce((sum, place) => sum + Number(fields[place]), 0);
}

/** Memory of a process and all its threads that is in the machine's. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}

/** The same with what it shares with others divided among them: what many of the same program take together. */
export function ownMegabytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}
