import { OutputReader } from '../src/integrations/wireguard/output-reader.ts';
import { splitDump } from './baselines/split-dump.ts';
import type { Figure } from './lib/figure.ts';
import { compare, timeMs } from './lib/rounds.ts';
import { wgDump } from './lib/wg-dump.ts';

const peers = 100_000;
const runsPerRound = 5;
/** As a pipe delivers it. */
const chunkBytes = 65_536;

/** Reading the text of a large node, from the chunks as they arrive to checked readings. */
export const figure: Figure = {
  name: 'wg-parse',
  target: 1.3,
  better: 'lower',
  async run() {
    const bytes = Buffer.from(wgDump(peers, 1));
    const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, n) =>
      bytes.subarray(n * chunkBytes, (n + 1) * chunkBytes),
    );
    const ours = () => {
      const reader = new OutputReader(undefined);
      for (const chunk of chunks) reader.push(chunk);
      return reader.finish().poll.services[0]?.peers.length ?? 0;
    };
    const baseline = () => splitDump(Buffer.concat(chunks).toString('utf8')).length;
    for (const parse of [ours, baseline]) {
      if (parse() !== peers) throw new Error(`${parse() ?? 0} peers came out of ${peers}`);
    }
    const result = await compare(
      9,
      async () => ({ value: await timeMs(ours, runsPerRound) }),
      async () => ({ value: await timeMs(baseline, runsPerRound) }),
    );
    return {
      ratio: result.ratio,
      milliseconds: result.ours,
      baselineMilliseconds: result.baseline,
      megabytes: bytes.length / 1e6,
      peers,
      rounds: result.rounds,
    };
  },
};
