import { TypeCompiler } from '@sinclair/typebox/compiler';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseReport } from '../../src/core/metering/ingest.ts';
import { ReportSchema } from '../../src/http/schemas/webhook.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

let server: HttpTestServer;
beforeAll(async () => {
  server = await startHttp();
});
afterAll(() => server.close());

const good = fc.record(
  {
    user_token: fc
      .stringMatching(/^[A-Za-z0-9._~@:-]{3,12}$/)
      .filter((text) => !['global', 'server', 'database', 'cleanup', 'reset'].includes(text)),
    server: fc.constantFrom('a.example', 'b.example'),
    port: fc.integer({ min: 1, max: 65_535 }),
    protocol: fc.constantFrom('vless', 'trojan'),
    bytes_uploaded: fc.nat(),
    bytes_downloaded: fc.nat(),
    event_id: fc.uuid(),
    mode: fc.constantFrom('delta', 'cumulative'),
  },
  { requiredKeys: ['user_token', 'server', 'port', 'protocol', 'bytes_uploaded'] },
);
const nonsense = fc.oneof(fc.jsonValue(), fc.constantFrom('', -1, 0, 0.1, 1e300, null, [], {}, '1'));
/** A good report with up to two fields made bad, or anything at all. */
const suspicious = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        good,
        fc.dictionary(
          fc.constantFrom(
            'user_token',
            'server',
            'port',
            'protocol',
            'bytes_uploaded',
            'event_id',
            'mode',
            'period_end',
            '__proto__',
          ),
          nonsense,
          { maxKeys: 2 },
        ),
      )
      .map(([report, change]) => ({ ...report, ...change })),
  },
  { weight: 1, arbitrary: nonsense },
);

async function total(): Promise<bigint> {
  const period = { from: new Date(0), to: new Date(server.clock.now().getTime() + 1) };
  const quarantined = (await server.store.history.quarantine(1000, null)).items.length;
  return (await server.store.history.summary(period, { kind: 'all' })).traffic.total + BigInt(quarantined);
}

async function post(body: string, contentType = 'application/json') {
  // This machine is exempt from the limit per address.
  return server.request('POST', '/api/xpert/traffic-webhook', { body, headers: { 'content-type': contentType } });
}

describe('the webhook under nonsense', () => {
  it('never fails inside, and records a batch whole or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(good, suspicious), { maxLength: 6 }), async (batch) => {
        const before = await total();
        const answer = await post(JSON.stringify(batch));
        expect([200, 400, 409]).toContain(answer.statusCode);
        if (answer.statusCode !== 200) expect(await total()).toBe(before);
        else {
          const { recorded, duplicates, stale, quarantined = 0 } = answer.json();
          expect(recorded + duplicates + stale + quarantined).toBe(batch.length);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('never fails inside on text that is not JSON either', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ maxLength: 200 }),
        fc.constantFrom('application/json', 'application/x-ndjson', 'text/plain', 'x'),
        async (text, type) => {
          const { statusCode } = await post(text, type);
          expect([400, 415]).toContain(statusCode);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the description of a report', () => {
  it('accepts what the parser accepts', () => {
    const check = TypeCompiler.Compile(ReportSchema);
    const rules = { nowMs: server.clock.now().getTime(), backfill: false };
    fc.assert(
      fc.property(fc.oneof(good, suspicious), (report) => {
        try {
          parseReport(report, '', null, rules);
        } catch {
          return;
        }
        // Null in an optional field means "left out" to the parser; the description leaves that leniency untold.
        const told = Object.fromEntries(Object.entries(report as object).filter(([, value]) => value !== null));
        expect(check.Check(told)).toBe(true);
      }),
    );
  });
});
