import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLAG, type Flags } from '../metering/flags.ts';
import type { Quality } from '../metering/quality.ts';
import type { Traffic } from '../units/bytes.ts';
import {
  type ExportFormat,
  type ExportPlace,
  type ExportTime,
  exportHead,
  flagWords,
  gapLine,
  exportLine as lineOf,
  nodeText,
  placeText,
  timeText,
} from './usage-export.ts';

interface ExportRow extends ExportTime, ExportPlace {
  readonly traffic: Traffic;
  readonly flags: Flags | null;
  readonly quality: Quality | null;
}

function exportLine(row: ExportRow, format: ExportFormat): string {
  return lineOf(format, timeText(row, format), placeText(row, format), row);
}

const row: ExportRow = {
  fromMs: Date.parse('2026-03-01T10:15:00Z'),
  toMs: Date.parse('2026-03-01T10:30:00Z'),
  bucket: 'quarter',
  userId: 'u1',
  userName: 'alice',
  unclaimed: null,
  nodeId: 'n1',
  nodeName: 'north',
  serviceId: 's1',
  serviceName: 'wg0',
  server: 'north',
  port: 51_820,
  protocol: 'wireguard',
  traffic: { rx: 3n, tx: 2n ** 60n, total: 2n ** 60n + 3n, billed: 7n },
  flags: FLAG.late | FLAG.possibleLoss,
  quality: 'possible-loss',
};

/** The fields of a line of CSV, as RFC 4180 has them. */
function parse(line: string): string[] {
  const fields = [...line.replace(/\r\n$/, '').matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)];
  return fields.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

describe('a line of an export', () => {
  it('is CSV with the columns of the head, exact numbers and flags in words', () => {
    expect(exportHead('csv')).toBe(
      'from,to,bucket,user,user_id,unclaimed,node,node_id,service,service_id,server,port,protocol,' +
        'rx_bytes,tx_bytes,total_bytes,billed_bytes,flags,quality\r\n',
    );
    expect(exportLine(row, 'csv')).toBe(
      '2026-03-01T10:15:00.000Z,2026-03-01T10:30:00.000Z,quarter,alice,u1,,north,n1,wg0,s1,north,51820,wireguard,' +
        '3,1152921504606846976,1152921504606846979,7,late possible-loss,possible-loss\r\n',
    );
  });

  it('is JSON with exact numbers', () => {
    expect(exportHead('ndjson')).toBe('');
    const line = exportLine({ ...row, traffic: { rx: null, tx: null, total: 2n ** 60n + 3n } }, 'ndjson');
    expect(line).toContain(
      '"rx_bytes":null,"tx_bytes":null,"total_bytes":1152921504606846979,"billed_bytes":1152921504606846979,',
    );
    expect(JSON.parse(line)).toMatchObject({
      user: 'alice',
      unclaimed: null,
      port: 51_820,
      flags: ['late', 'possible-loss'],
      quality: 'possible-loss',
    });
    expect(line.endsWith('}\n')).toBe(true);
  });

  it('tells what is not known from what is nothing', () => {
    const unknown = { ...row, flags: null, quality: null, traffic: { rx: null, tx: null, total: 5n } };
    expect(parse(exportLine(unknown, 'csv')).slice(-6)).toEqual(['', '', '5', '5', 'unknown', 'unknown']);
    expect(JSON.parse(exportLine(unknown, 'ndjson'))).toMatchObject({ flags: null, quality: null });
    const measured = { ...row, flags: 0, quality: 'measured', traffic: { rx: 0n, tx: 5n, total: 5n } } as const;
    expect(parse(exportLine(measured, 'csv')).slice(-6)).toEqual(['0', '5', '5', '5', '', 'measured']);
  });

  it('of a gap has a node and no bytes: unknown, not 0', () => {
    const of = (format: ExportFormat) => gapLine(format, timeText(row, format), nodeText('n1', 'north', format), 'gap');
    expect(of('csv')).toBe('2026-03-01T10:15:00.000Z,2026-03-01T10:30:00.000Z,quarter,,,,north,n1,,,,,,,,,,,gap\r\n');
    expect(JSON.parse(of('ndjson'))).toMatchObject({
      user: null,
      node: 'north',
      server: null,
      rx_bytes: null,
      total_bytes: null,
      billed_bytes: null,
      flags: [],
      quality: 'gap',
    });
    expect(parse(of('csv'))).toHaveLength(parse(exportHead('csv')).length);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\n=1', '\uFF1D1'])(
    'takes no formula from %j',
    (name) => {
      expect(parse(exportLine({ ...row, userName: name }, 'csv'))[3]).toBe(`'${name}`);
    },
  );

  it('keeps negative numbers of corrections numbers', () => {
    const line = exportLine({ ...row, traffic: { rx: -3n, tx: 0n, total: -3n } }, 'csv');
    expect(parse(line).slice(13, 17)).toEqual(['-3', '0', '-3', '-3']);
  });

  it('gives every name back, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const cell = parse(exportLine({ ...row, userName: name, unclaimed: name }, 'csv'))[3] ?? '';
        expect([name, `'${name}`]).toContain(cell);
        expect(JSON.parse(exportLine({ ...row, userName: name }, 'ndjson')).user).toBe(name);
      }),
    );
  });

  it('has a word for every flag', () => {
    const all = Object.values(FLAG).reduce((sum, bit) => sum | bit, 0);
    expect(flagWords(all)).toHaveLength(Object.keys(FLAG).length);
    expect(flagWords(FLAG.clockSuspect)).toEqual(['clock-suspect']);
  });
});
