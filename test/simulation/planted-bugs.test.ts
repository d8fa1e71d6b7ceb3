import { describe, expect, it } from 'vitest';
import { buildSimulation, type PlantedBug, play } from './bundle.ts';

const METER = 'src/core/metering/meter.ts';
const ORDER = 'src/core/metering/order.ts';
const WRITER = 'src/storage/sql/writer';

const bugs: readonly PlantedBug[] = [
  {
    name: 'what a counter showed before Xpert is counted',
    file: METER,
    was: "return baseline(1, reading, evidence, context, 'before-xpert');",
    becomes: 'return newLife(1, reading, evidence, context, null, 0);',
  },
  {
    name: 'restarts are not seen',
    file: METER,
    was: 'const restarted = showsRestart(state.startEvidence, evidence) && !isOfBefore;',
    becomes: 'const restarted = false;',
  },
  {
    name: 'traffic while tracking was off is counted',
    file: `${WRITER}/polls.ts`,
    was: 'counter.state(counter.trackingPeriod < trackingPeriod)',
    becomes: 'counter.state(false)',
  },
  {
    name: 'a pause while a poll is booked makes the rest of it count whole counters',
    file: `${WRITER}/polls.ts`,
    was: 'counter.state(counter.trackingPeriod < trackingPeriod)',
    becomes: 'counter.state(counter.trackingPeriod < this.#tracking.period)',
  },
  {
    name: 'what was read in a pause that came within a poll is a base for counting',
    file: `${WRITER}/polls.ts`,
    was: 'counter.trackingPeriod = service.trackingPeriod;',
    becomes: 'counter.trackingPeriod = this.#tracking.period;',
  },
  {
    name: 'an owner who was named while a poll is booked gets nothing of the rest of it',
    file: `${WRITER}/polls.ts`,
    was: 'this.#states.refreshOwners(service.id, service.meter);',
    becomes: '',
  },
  {
    name: 'what began to be read before tracking came back is a base for counting',
    file: `${WRITER}/polls.ts`,
    was: 'return enabled && (trackingPeriod ?? period) >= period;',
    becomes: 'return enabled && period >= 0;',
  },
  {
    name: 'peers that appear after a time without tracking are taken for new ones',
    file: `${WRITER}/polled-services.ts`,
    was: 'const isBase = row.trackingPeriod >= trackingPeriod;',
    becomes: 'const isBase = true;',
  },
  {
    name: 'a peer that is missing in an answer that broke off has ended',
    file: `${WRITER}/life-ends.ts`,
    was: 'if (isStale || !poll.poll.complete ||',
    becomes: 'if (isStale ||',
  },
  {
    name: 'a poll that comes again counts again',
    file: ORDER,
    was: 'return order.uptimeMs > lastOrder.uptimeMs;',
    becomes: 'return true;',
  },
  {
    name: 'boots are put in order by the wall clock',
    file: ORDER,
    was: 'if (arrival === null) return at >= lastAt;',
    becomes: 'if (arrival !== undefined) return at >= lastAt;',
  },
  {
    name: 'long silences are spread by quarters whatever they are',
    file: 'src/core/metering/spread.ts',
    was: 'toMs - fromMs > FINEST_UP_TO_MS;',
    becomes: 'toMs - fromMs > HOURS_UP_TO_MS;',
  },
  {
    name: 'event ids are not remembered',
    file: `${WRITER}/report-intake.ts`,
    was: 'if (known === undefined) {',
    becomes: 'if (known !== Number.NaN) {',
  },
  {
    name: 'a stream that starts again counts its fall',
    file: 'src/core/metering/counter.ts',
    was: 'return after.rx < before.rx || after.tx < before.tx;',
    becomes: 'return after.rx < before.rx && after.tx < before.tx;',
  },
  {
    name: 'bytes are rounded away where an interval is cut',
    file: 'src/core/metering/spread.ts',
    was: 'if (left === 0n) return shares;',
    becomes: 'return shares;',
  },
  {
    name: 'bytes from before a mark are shown after it',
    file: 'src/core/ledger/segment.ts',
    was: 'if (id > mark && (atMs < toMs',
    becomes: 'if (id > mark && (atMs <= toMs',
  },
  {
    name: 'undoing a mark leaves the statistics as they are',
    file: `${WRITER}/resets.ts`,
    was: 'this.#sql.moveCarrierDays.run({ sign: hide === 1 ? -1 : 1, segment: id });',
    becomes: 'if (hide === 1) this.#sql.moveCarrierDays.run({ sign: -1, segment: id });',
  },
  {
    name: 'hidden bytes are in the statistics',
    file: `${WRITER}/carrier-sums.ts`,
    was: 'if (segment.hidden) return;',
    becomes: '',
  },
  {
    name: 'late bytes of a token go to its later owner as their own',
    file: `${WRITER}/report-booking.ts`,
    was: 'const holder = slice.toMs <= owner.sinceMs ? owner.before : owner.now;',
    becomes: 'const holder = owner.now;',
  },
  {
    name: 'a change of owner does not cut an interval',
    file: `${WRITER}/peer-booking.ts`,
    was: '.filter((ms) => ms > fromMs && ms < toMs);',
    becomes: '.filter(() => false);',
  },
  {
    name: 'memory is ahead of the disk after a rollback',
    file: `${WRITER}/ledger-writer.ts`,
    was: 'this.#forgetEverything();',
    becomes: ';',
  },
  {
    name: 'what was answered and not yet folded is forgotten at a crash',
    file: `${WRITER}/ledger-writer.ts`,
    was: 'parts.desk.recover();',
    becomes: '',
  },
  {
    name: 'owners are remembered after they changed',
    file: `${WRITER}/ledger-writer.ts`,
    was: 'if (forgets) this.#forgetOwners();\n      if (forgets && !takenBack)',
    becomes: 'if (forgets && !takenBack)',
  },
  {
    name: 'a billing rule reaches back to what was counted before it',
    file: 'src/core/ledger/billing.ts',
    was: 'rules.findLast(({ fromQuarter }) => fromQuarter <= quarter)',
    becomes: 'rules.at(-1)',
  },
  {
    name: 'what is billed is rounded poll by poll',
    file: `${WRITER}/booking.ts`,
    was: '(found as Sums | undefined) ?? NOTHING_YET',
    becomes: 'NOTHING_YET',
  },
  {
    name: 'what was asked ahead is believed after it was changed',
    file: `${WRITER}/asked-ahead.ts`,
    was: 'this.#answers.delete(key);',
    becomes: '',
  },
  {
    name: 'of what was made together all get the first id',
    file: `${WRITER}/look-ahead.ts`,
    was: 'addLine(ids[i]?.() as number, series, segment)',
    becomes: 'addLine(ids[0]?.() as number, series, segment)',
  },
  {
    name: 'billing rules are remembered after they changed',
    file: `${WRITER}/operations.ts`,
    was: '(now, rule: NewBillingRule) => parts.billing.set(rule, now))',
    becomes: '(now, rule: NewBillingRule) => parts.billing.set(rule, now), false)',
  },
  {
    name: 'a correction is missing in the statistics',
    file: `${WRITER}/postings.ts`,
    was: 'if (place.hidden !== 0) return;',
    becomes: 'return;',
  },
  {
    name: 'undoing a correction takes bytes that are not there any more',
    file: `${WRITER}/postings.ts`,
    was: "if (!isShort('rx') && !isShort('tx') && !isShort('undirected')) return;",
    becomes: 'if (isShort !== undefined) return;',
  },
  {
    name: 'what was set aside is booked twice',
    file: `${WRITER}/corrections.ts`,
    was: 'if (aside.decidedBy !== null) {',
    becomes: 'if (aside.decidedBy === undefined) {',
  },
  {
    name: 'a planned reset holds from when it was set, not from its instant',
    file: `${WRITER}/scheduled-resets.ts`,
    was: 'by, reason }, dueAt);',
    becomes: 'by, reason }, nowMs);',
  },
  {
    name: 'a planned reset comes after what was called for after its instant',
    file: `${WRITER}/ledger-writer.ts`,
    was: 'if (isAsked || !this.#parts.schedule.isDue(this.#nowMs)) return;',
    becomes: 'if (isAsked || !this.#parts.schedule.isDue(this.#nowMs - 3_600_000)) return;',
  },
  {
    name: 'a mark on one half hides the other, too',
    file: `${WRITER}/resets.ts`,
    was: 'const hide = mark < effective[half] ? 1 : 0;',
    becomes: 'const hide = mark < Math.max(effective.services, effective.reports) ? 1 : 0;',
  },
  {
    name: 'a quarter is parted without regard to how long it was whose',
    file: `${WRITER}/moves.ts`,
    was: 'const weights = shares.map(({ ms }) => BigInt(ms));',
    becomes: 'const weights = shares.map(() => 1n);',
  },
  {
    name: 'what was moved comes under the mark that is in force, not under that of its time',
    file: `${WRITER}/moves.ts`,
    was: "this.#attribution.segment(holder, 'services', piece.fromMs, piece.toMs, this.#nowMs).id;",
    becomes: "this.#attribution.segment(holder, 'services', this.#nowMs, this.#nowMs, this.#nowMs).id;",
  },
  {
    name: 'what was counted since a rebinding stays with its owner when that is undone',
    file: `${WRITER}/entries.ts`,
    was: 'post(more.postings);',
    becomes: '',
  },
  {
    name: 'a rebinding is undone although the peer was given away since',
    file: `${WRITER}/rebindings.ts`,
    was: 'if (now !== ownersAfter ||',
    becomes: 'if (',
  },
  {
    name: 'a cleanup takes a day that was to be kept',
    file: `${WRITER}/cleanup.ts`,
    was: 'const bound = quarterOf(Math.min(beforeMs, this.#calendar.dayOf(nowMs).fromMs));',
    becomes: 'const bound = quarterOf(Math.min(beforeMs, this.#calendar.dayOf(nowMs).fromMs)) + 48;',
  },
];

describe('the simulation finds a planted bug', () => {
  for (const bug of bugs) {
    it(bug.name, async () => {
      const { code, output } = await play(await buildSimulation(bug), ['--seeds', '200', '--steps', '200']);
      expect(code, 'no seed found it').toBe(1);
      expect(output).toMatch(/Again: npm run simulate -- --seed \d+ --steps 200/);
    }, 300_000);
  }
});
