import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Path of a Unix socket: 107 bytes (unix(7)). OpenSSH adds 17 to the name of its own, ours have up to 11. */
const LONGEST = 107 - 17 - 11;
/** What ssh takes as it stands: it splits some of its paths at spaces and fills in what follows a percent sign. */
const PLAIN = /^[\w./-]+$/;

/**
 * A new folder for sockets and other files of the process that holds `folder`, which nobody else does. It lies within, so
 * that the next one removes what a killed one left; in the system's temporary folder where its path would be no use to ssh.
 */
export function makeRunDirectory(folder: string): string {
  const inside = resolve(folder, 'xpert.run');
  if (Buffer.byteLength(inside) > LONGEST || !PLAIN.test(inside)) return mkdtempSync(OUTSIDE);
  rmSync(inside, { recursive: true, force: true });
  mkdirSync(inside, { mode: 0o700 });
  return inside;
}

/** Removes what a process that is gone had outside of its folder. */
export function removeAbandoned(runDirectory: string | undefined): void {
  if (runDirectory?.startsWith(OUTSIDE)) rmSync(runDirectory, { recursive: true, force: true });
}

const OUTSIDE = join(tmpdir(), 'xpert-run-');
