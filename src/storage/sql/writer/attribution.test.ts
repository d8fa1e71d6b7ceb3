import { describe, expect, it } from 'vitest';
import { openForWriting } from '../../sqlite/database.ts';
import { Attribution } from './attribution.ts';

describe('claimed bytes', () => {
  it('of two claims, one for the running cycle and one for history, are kept apart', () => {
    const db = openForWriting(':memory:');
    db.prepare(
      `INSERT INTO user (id, name, link_token, role, note, active, created_at) VALUES ('u', 'u', 'l', 'user', '', 1, 0)`,
    ).run();
    const attribution = new Attribution(db);
    const series = attribution.seriesOfToken('token', attribution.carrier('vpn', 443, 'vless'));
    const claimed = { userId: 'u', token: 'token', peerId: null };
    const line = (inCycle: boolean) => attribution.line(series, { ...claimed, inCycle }, 0, 1, 2).tallyId;
    const history = line(false);
    const cycle = line(true);
    expect(cycle).not.toBe(history);
    // Also when nothing is remembered.
    attribution.forget();
    const again = attribution.seriesOfToken('token', attribution.carrier('vpn', 443, 'vless'));
    expect(attribution.line(again, { ...claimed, inCycle: true }, 0, 1, 2).tallyId).toBe(cycle);
    expect(attribution.line(again, { ...claimed, inCycle: false }, 0, 1, 2).tallyId).toBe(history);
    db.close();
  });
});

describe('the line of a series', () => {
  it('is there once, however often its holder is forgotten for others', () => {
    const db = openForWriting(':memory:');
    db.pragma('foreign_keys = OFF');
    const attribution = new Attribution(db);
    const service = { id: 's', nodeId: 'n', isWeighted: false };
    const series = attribution.seriesOfPeer('peer', attribution.carrier('vpn', 51820, 'wireguard', service));
    const holder = (peerId: string) => ({ userId: null, token: null, peerId, inCycle: true });
    const first = attribution.line(series, holder('peer'), 0, 1, 2);
    for (let i = 0; i < 20_001; i++) attribution.marks(holder(`other ${i}`), 'services');
    const again = attribution.line(series, holder('peer'), 0, 1, 2);
    expect(again.segment).not.toBe(first.segment);
    expect(again.tallyId).toBe(first.tallyId);
    expect(series.lines).toEqual([again]);
    db.close();
  });
});
