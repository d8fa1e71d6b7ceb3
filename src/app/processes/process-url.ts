import type { Config } from '../config.ts';

/** Where other processes reach this one: as configured, or else where it listens, by the machine's name if that is everywhere. */
export function processUrl(
  { processUrl: set, host }: Pick<Config, 'processUrl' | 'host'>,
  port: number,
  machine: string,
): string {
  if (set !== null) return set;
  const name = host === '0.0.0.0' || host === '::' ? machine : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
