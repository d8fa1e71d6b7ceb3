import { describe, expect, test } from 'vitest';
import { keyFrom, scriptOutput } from '../../../test/support/wireguard-output.ts';
import { directed } from '../../core/units/bytes.ts';
import { OutputReader } from './output-reader.ts';

const peers = [{ key: keyFrom('alice'), rx: 1_080n, tx: 20_700n }];
const own = { rx: 1_000n, rxPackets: 2n, tx: 20_000n, txPackets: 15n };
const card = { name: 'eth0', index: 2, rx: 40_000n, tx: 41_000n };
const read = (text: string) => {
  const reader = new OutputReader(undefined);
  reader.push(Buffer.from(text));
  return reader.finish().poll;
};

describe("the interface's own counters", () => {
  test('come with the bounds of what its peers count beyond them', () => {
    const [service] = read(scriptOutput(peers, { own })).services;
    expect(service?.own).toEqual(directed(1_000n, 20_000n));
    // 32 to 47 bytes a packet, and a twelfth for packets that travelled bundled.
    expect(service?.ownHeaders?.least).toEqual(directed(64n, 480n));
    expect(service?.ownHeaders?.most).toEqual(directed(94n + 83n, 705n + 1_666n));
  });

  test('of an interface of the kernel count as its peers do, or less by a header', () => {
    const [service] = read(scriptOutput(peers, { own }).replace('\ttun\t', '\tkernel\t')).services;
    expect(service?.ownHeaders).toEqual({ least: directed(0n, 0n), most: directed(94n, 705n) });
  });

  test('that are cut, absent or beyond what can be kept are left out, never 0', () => {
    const text = scriptOutput(peers, { own });
    for (const wrong of [
      scriptOutput(peers),
      text.replace('\t15\n', '\n'),
      text.replace('\t20000\t', `\t${2n ** 64n - 1n}\t`),
    ]) {
      const poll = read(wrong);
      expect(poll.complete).toBe(true);
      expect(poll.services[0]).not.toHaveProperty('own');
      expect(poll.services[0]?.peers).toHaveLength(1);
    }
  });

  test('the network card has a start of its own, and the clock of the node is told', () => {
    const poll = read(scriptOutput(peers, { own, card }));
    expect(poll.host).toEqual({
      name: 'eth0',
      traffic: directed(40_000n, 41_000n),
      startEvidence: '0f0e0d0c-1111-2222-3333-444455556666:2',
    });
    expect(poll.sourceClock).toEqual(new Date(1_795_220_000_000));
    expect(read(scriptOutput(peers, { own }))).not.toHaveProperty('host');
  });
});

describe('the script of an older Xpert', () => {
  test('goes on being counted, with a notice that is no complaint', () => {
    const poll = read(scriptOutput(peers, { version: 1 }));
    expect(poll.complete).toBe(true);
    expect(poll.services[0]?.peers.at(0)?.traffic).toEqual(directed(1_080n, 20_700n));
    expect(poll.notices).toMatchObject([{ code: 'node-script-old', isInfo: true }]);
    expect(read(scriptOutput(peers)).notices).toEqual([]);
  });

  test('a newer one is refused by name', () => {
    expect(() => read(scriptOutput(peers, { version: 3 }))).toThrow(
      expect.objectContaining({ code: 'script-version' }),
    );
  });
});

describe('an interface without its tool', () => {
  const withDevice = (line: string) => scriptOutput(peers).replace('@parts', `@device\t${line}\n@parts`);

  test('is named, while the others are counted', () => {
    const poll = read(withDevice('awg0\tamneziawg'));
    expect(poll.complete).toBe(true);
    expect(poll.notices).toMatchObject([{ code: 'awg-missing', message: expect.stringContaining('awg0') }]);
    expect(read(withDevice('wg0\twireguard')).notices).toEqual([]);
  });

  test('alone on the node says which tool is missing', () => {
    const alone = [
      '@xpert-node\t2\tread\n@boot\tboot-1\t500\t1795220000\troot\n@place\t.\t-',
      '@tool\twg\twireguard-tools v1.0.20210914\n@run\twg\t-\tinterfaces\n\n@exit\t0\t',
      '@device\tawg0\tamneziawg\n@parts\t1\n@done\n',
    ].join('\n');
    expect(() => read(alone)).toThrow(expect.objectContaining({ code: 'awg-missing' }));
  });
});
