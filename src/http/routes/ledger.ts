import { Type } from '@sinclair/typebox';
import { forecastSize, type SizeForecast } from '../../core/ledger/size-forecast.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { MaybeInstant, MaybeNumber, Nullable } from '../schemas/common.ts';

const ForecastJson = Nullable(
  Type.Object(
    {
      basis: Type.Object({
        days: Type.Integer({ description: 'Whole days that the rates were measured over.' }),
        recordsPerDay: Type.Integer(),
        dayRowsPerDay: Type.Integer(),
        keysPerDay: Type.Integer({ description: 'Ids of reports, remembered for 35 days.' }),
      }),
      after: Type.Array(Type.Object({ days: Type.Integer(), bytes: Type.Integer() })),
    },
    { description: 'Size if the coming days are like the last ones; null before a whole day was measured.' },
  ),
);
const DatabaseJson = Type.Object({
  records: Type.Integer({ description: '15-minute records.' }),
  days: Type.Integer({ description: 'Day rows.' }),
  users: Type.Integer(),
  servers: Type.Integer(),
  bytes: Type.Integer({ description: 'Size on disk.' }),
  growthPerDay: MaybeNumber,
  oldestRecord: MaybeInstant,
  retentionDays: Type.Integer({ description: '0 = for ever.' }),
  forecast: ForecastJson,
});
/** The ledger's own state. */
export function ledgerRoutes(app: HttpApp, parts: HttpParts): void {
  const { history, operations } = parts.ports;
  const tags = ['ledger'];

  app.get(
    '/api/v1/database',
    { config: { access: 'inspect' }, schema: { tags, summary: 'Size and growth', response: { 200: DatabaseJson } } },
    async () => {
      const [database, { retentionDays }] = await Promise.all([history.database(), operations.settings()]);
      const { records, days, users, servers, bytes, growthPerDay, oldestRecord } = database;
      const forecast = forecastSize(database.sizeBasis, retentionDays);
      const size = { bytes, growthPerDay, oldestRecord, retentionDays, forecast: forecast && forecastJson(forecast) };
      return { records, days, users, servers, ...size };
    },
  );
}

function forecastJson({ basis, after }: SizeForecast) {
  const { days, recordsPerDay, dayRowsPerDay, keysPerDay } = basis;
  return { basis: { days, recordsPerDay, dayRowsPerDay, keysPerDay }, after: after.map((each) => ({ ...each })) };
}
