import { expect, test } from 'vitest';
import { BATCH_COLUMNS } from '../sql/mirror/outbox.ts';
import { carrierSums, isOfTally } from './carrier-sums.ts';

const row = (own: Readonly<Record<string, string>>) =>
  BATCH_COLUMNS.map((name) => own[name] ?? (/^(server|protocol|node_id|service_id)$/.test(name) ? name : '0'));
const told = (sum: readonly string[]) => Object.fromEntries(BATCH_COLUMNS.map((name, i) => [name, sum[i]]));

test('a batch brings the sum of each carrier on each day, on the shard where its rows are', () => {
  const of = { day: '7', carrier_id: '3', hours: '5', connections: '2', present: '1' };
  const rows = [
    row({ ...of, tally_id: '11', segment_id: '4', rx: '9007199254740993', tx: '1', undirected: '8' }),
    row({ ...of, tally_id: '12', segment_id: '6', rx: '2', tx: '20', markup: '-9' }),
    row({ ...of, tally_id: '13', segment_id: '5', rx: '100', tx: '-200' }),
    row({ ...of, day: '8', tally_id: '11', segment_id: '4', rx: '30', tx: '40' }),
    row({ ...of, carrier_id: '2', tally_id: '14', segment_id: '4', tx: '50' }),
  ];
  const bytes = { rx: '0', tx: '0', undirected: '0', markup: '0' };
  const beside = { hours: '0', connections: '0', present: '0', server: 'server', node_id: 'node_id' };
  expect(carrierSums(rows, 2).map(told)).toMatchObject([
    {
      ...{ ...beside, day: '7', tally_id: '3', segment_id: '0', carrier_id: '3' },
      ...{ rx: '9007199254740995', tx: '21', undirected: '8', markup: '-9' },
    },
    { ...bytes, ...beside, day: '7', tally_id: '3', segment_id: '1', rx: '100', tx: '-200' },
    { ...bytes, ...beside, day: '8', tally_id: '3', segment_id: '0', rx: '30', tx: '40' },
    { ...bytes, ...beside, day: '7', tally_id: '2', segment_id: '0', carrier_id: '2', tx: '50' },
  ]);
  expect(carrierSums(rows, 1)).toHaveLength(3);
});

test('changes that undo one another bring none, and a change of a sum alone is no row', () => {
  const of = { day: '7', segment_id: '4', carrier_id: '3' };
  const moved = [
    row({ ...of, tally_id: '1', rx: '-5', tx: '-6', present: '-1' }),
    row({ ...of, tally_id: '2', rx: '5', tx: '6', present: '1' }),
  ];
  expect(carrierSums(moved, 1)).toEqual([]);
  const alone = row({ day: '7', tally_id: '-3', carrier_id: '3', rx: '-7', tx: '9' });
  expect([...moved, alone].map(isOfTally)).toEqual([true, true, false]);
  expect(carrierSums([alone], 1).map(told)).toMatchObject([{ tally_id: '3', segment_id: '0', rx: '-7', tx: '9' }]);
});
