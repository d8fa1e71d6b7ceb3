import { accessSync, constants } from 'node:fs';
import os from 'node:os';

/** Where files of tests live that need not outlive a power failure: in memory, where the system has such a folder. */
export const SCRATCH = isWritable('/dev/shm') ? '/dev/shm' : os.tmpdir();

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
