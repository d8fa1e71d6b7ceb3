import { readFileSync } from 'node:fs';

/** Linux: /proc/PID/stat counts in ticks of 10 ms, whatever the kernel's own are. */
const MS_PER_TICK = 10;

/** Processor time of a process and all its threads since it started, user and system, ms. */
export function cpuMs(pid: number): number {
  // The name in brackets may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** Memory of a process and all its threads that is in the machine's. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}
