import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askTogether } from '../../../../test/simulation/asked-together.ts';
import { Calendar } from '../../../core/units/calendar.ts';
import { openForWriting } from '../../sqlite/database.ts';
import { Attribution } from './attribution.ts';
import { makeParts } from './operations.ts';
import { ReportBooking } from './report-booking.ts';
import type { AcceptedReport } from './report-intake.ts';

const report: AcceptedReport = {
  token: 'token',
  server: 'vpn',
  port: 443,
  protocol: 'vless',
  rx: 3n,
  tx: 50n,
  fromMs: null,
  toMs: 1_000,
  receivedAtMs: 2_000,
  flags: 0,
  key: null,
  stream: null,
  implausible: null,
};

describe('looking ahead over many reports', () => {
  beforeEach(() => askTogether(true));
  afterEach(() => askTogether(false));

  it('leaves alone whose series is at hand: where the attribution forgot it there would be two of it', () => {
    const db = openForWriting(':memory:');
    const calendar = Calendar.of('UTC');
    const attribution = new Attribution(db);
    const booking = new ReportBooking(db, attribution, makeParts(db, calendar, () => 'id', 0).reportSums, calendar);
    const look = vi.spyOn(attribution, 'lookAhead');
    const other = { ...report, port: 8443 };
    for (const reports of [[report], [report, other], [other, report]]) {
      booking.lookAhead(reports);
      for (const each of reports) booking.attribute(each, true);
    }
    const looked = look.mock.calls.map(([expected]) => expected.map(({ carrier }) => carrier.id));
    expect(looked).toEqual([[1], [2]]);
    db.close();
  });
});
