import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { VisitorSeal } from '../../../http/visitor-seal.ts';
import { KeyFileBox } from '../../../lib/key-file-box.ts';
import { systemClock } from '../../system-clock.ts';
import { SharedReadings } from './sharing.ts';

const folder = mkdtempSync(join(tmpdir(), 'xpert-sharing-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a process that is to lead waits for no one that it helped', async () => {
  const readings = new SharedReadings({
    ...{ process: 'two', secretBox: new KeyFileBox(join(folder, 'secret.key')) },
    seal: new VisitorSeal(Buffer.alloc(32, 7), Date.now),
    // The one that led is gone, and the next one is this.
    leader: (waitMs) => new Promise((resolve) => setTimeout(() => resolve(null), waitMs)),
    tools: { clock: systemClock, runDirectory: folder },
  });
  readings.help();
  const began = performance.now();
  readings.lead();
  expect(performance.now() - began).toBeLessThan(3_000);
  await readings.endHelping();
  expect(performance.now() - began).toBeLessThan(4_000);
});
