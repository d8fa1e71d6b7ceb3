import { execFileSync } from 'node:child_process';

/** Vitest global setup: tests that start the real server start the current one. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/build.mjs', '--stale'], { stdio: 'inherit' });
}
