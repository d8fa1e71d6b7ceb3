import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { peersOf } from '../../../test/support/readings.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { FileTransport } from './file-transport.ts';

const folder = mkdtempSync(join(tmpdir(), 'xpert-file-'));
const path = join(folder, 'counters.txt');
const takenAt = new Date('2026-11-20T23:13:20Z');
const KEY = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

/** The smallest whole answer of the script, of one interface without peers. */
function answer(at: Date): string {
  const link = '@link\twg\twg0\t7\t0x1091';
  const part = (name: string, line = '') => `@run\twg\twg0\t${name}\n${line}\n@exit\t0\t`;
  return [
    `@xpert-node\t2\tread\n@boot\tboot-1\t500\t${at.getTime() / 1000}\troot\n@place\t.\t-`,
    '@tool\twg\twireguard-tools\n@run\twg\t-\tinterfaces\nwg0\n@exit\t0\t',
    part('public-key', KEY),
    ...[link, part('transfer'), link],
    '@parts\t3\n@done\n',
  ].join('\n');
}

function write(text: string, mtime: Date): void {
  writeFileSync(path, text);
  utimesSync(path, mtime, mtime);
}

async function readAfter(seconds: number) {
  const clock = new ManualClock(new Date(takenAt.getTime() + seconds * 1000));
  return await new FileTransport(path, undefined, 60, clock).read(AbortSignal.timeout(5_000));
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file that the node writes', () => {
  test('counts at the instant it was taken on the node', async () => {
    write(answer(takenAt), new Date(takenAt.getTime() + 2_000));
    const { poll } = await readAfter(30);
    expect(poll).toMatchObject({ complete: true, takenAt, order: { bootId: 'boot-1', uptimeMs: 5_000 } });
    expect(poll.services.map((service) => ({ ...service, peers: peersOf(service) }))).toEqual([
      { identity: KEY, kind: 'wireguard', name: 'wg0', startEvidence: 'boot-1:7', peers: [] },
    ]);
  });

  test('is stale by its own time, however young the copy', async () => {
    write(answer(takenAt), new Date(takenAt.getTime() + 100_000));
    await expect(readAfter(100)).rejects.toMatchObject({
      code: 'file-stale',
      message: expect.stringContaining('100 s'),
    });
  });

  test('is stale by its age, whatever it says itself', async () => {
    write(answer(new Date(takenAt.getTime() + 90_000)), takenAt);
    await expect(readAfter(100)).rejects.toMatchObject({ code: 'file-stale' });
  });

  test('a clock of the node that is far ahead is not believed', async () => {
    write(answer(new Date(takenAt.getTime() + 3_600_000)), takenAt);
    const { poll } = await readAfter(10);
    expect(poll.takenAt).toEqual(takenAt);
    expect(poll.notices).toMatchObject([{ code: 'clock-ahead' }]);
  });

  test('a plain dump counts at the time of the file, as incomplete', async () => {
    write(`wg0\t${KEY}\t${KEY}\t51820\toff\n`, takenAt);
    expect((await readAfter(10)).poll).toMatchObject({ complete: false, takenAt, notices: [{ code: 'plain-dump' }] });
  });

  test.each([
    ['missing', () => rmSync(path, { force: true }), 'file-missing'],
    ['empty', () => write('', takenAt), 'not-our-output'],
    ['half written', () => write(answer(takenAt).slice(0, 60), takenAt), 'output-cut'],
    ['something else', () => write('hello\n', takenAt), 'not-our-output'],
  ])('a file that is %s is a failure that says so', async (_name, prepare, code) => {
    prepare();
    await expect(readAfter(10)).rejects.toMatchObject({ code });
  });

  test('a folder in its place is a failure', async () => {
    const clock = new ManualClock(takenAt);
    const transport = new FileTransport(folder, undefined, 60, clock);
    await expect(transport.read(AbortSignal.timeout(5_000))).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});
