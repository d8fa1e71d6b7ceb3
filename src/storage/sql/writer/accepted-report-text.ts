import type { AcceptedReport } from './report-intake.ts';

/** Accepted reports as the inbox holds them: a JSON array of arrays, whose numbers are all exact (below 2^53). */
export function toInboxText(reports: readonly AcceptedReport[]): string {
  return JSON.stringify(reports.map(toRow));
}

function toRow(report: AcceptedReport): unknown[] {
  const { token, server, port, protocol, rx, tx, fromMs, toMs, receivedAtMs, flags, key, stream, implausible } = report;
  const base = [token, server, port, protocol, Number(rx), Number(tx), fromMs, toMs, receivedAtMs, flags];
  if (key === null) base.push(null, null);
  else base.push(key.hash, key.body);
  if (stream === null && implausible === null) return base;
  return [...base, stream === null ? null : streamToJson(stream), implausible && reportToJson(implausible)];
}

export function fromInboxText(text: string): AcceptedReport[] {
  return (JSON.parse(text) as Row[]).map((row) => {
    const [token, server, port, protocol, rx, tx, fromMs, toMs, receivedAtMs, flags, hash, body, stream, report] = row;
    return {
      ...{ token, server, port, protocol, rx: BigInt(rx), tx: BigInt(tx), fromMs, toMs, receivedAtMs, flags },
      key: hash === null || body === null ? null : { hash, body },
      stream: stream == null ? null : streamFromJson(stream),
      implausible: report == null ? null : reportFromJson(report),
    };
  });
}

type Row = readonly [
  token: string,
  server: string,
  port: number,
  protocol: string,
  rx: number,
  tx: number,
  fromMs: number | null,
  toMs: number,
  receivedAtMs: number,
  flags: number,
  hash: string | null,
  body: number | null,
  stream?: StreamJson | null,
  implausible?: ReportJson | null,
];

type Stream = NonNullable<AcceptedReport['stream']>;
type Report = NonNullable<AcceptedReport['implausible']>;

interface StreamJson extends Omit<Stream, 'state'> {
  readonly state: Omit<Stream['state'], 'traffic'> & { readonly rx: number; readonly tx: number };
}

function streamToJson({ state: { traffic, ...state }, ...stream }: Stream): StreamJson {
  return { ...stream, state: { ...state, rx: Number(traffic.rx), tx: Number(traffic.tx) } };
}

function streamFromJson({ state: { rx, tx, ...state }, ...stream }: StreamJson): Stream {
  return {
    ...stream,
    state: { ...state, traffic: { rx: BigInt(rx), tx: BigInt(tx), total: BigInt(rx) + BigInt(tx) } },
  };
}

interface ReportJson extends Omit<Report, 'rx' | 'tx' | 'periodStart' | 'periodEnd'> {
  readonly rx: number;
  readonly tx: number;
  readonly periodStart: number | null;
  readonly periodEnd: number | null;
}

function reportToJson({ rx, tx, periodStart, periodEnd, ...report }: Report): ReportJson {
  const times = { periodStart: periodStart?.getTime() ?? null, periodEnd: periodEnd?.getTime() ?? null };
  return { ...report, ...times, rx: Number(rx), tx: Number(tx) };
}

function reportFromJson({ rx, tx, periodStart, periodEnd, ...report }: ReportJson): Report {
  return {
    ...report,
    rx: BigInt(rx),
    tx: BigInt(tx),
    periodStart: periodStart === null ? null : new Date(periodStart),
    periodEnd: periodEnd === null ? null : new Date(periodEnd),
  };
}
