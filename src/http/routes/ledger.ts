import { Type } from '@sinclair/typebox';
import { audit } from '../audit.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Instant, MaybeInstant, MaybeNumber } from '../schemas/common.ts';

const DatabaseJson = Type.Object({
  records: Type.Integer({ description: '15-minute records.' }),
  days: Type.Integer({ description: 'Day rows.' }),
  users: Type.Integer(),
  servers: Type.Integer(),
  bytes: Type.Integer({ description: 'Size on disk.' }),
  growthPerDay: MaybeNumber,
  oldestRecord: MaybeInstant,
  retentionDays: Type.Integer({ description: '0 = for ever.' }),
});
const CleanupJson = Type.Object({
  rows: Type.Integer(),
  bytesFreed: Type.Integer(),
  keepsFrom: Instant,
  deleted: Type.Boolean({ description: 'false: this was a dry run.' }),
});

/** The ledger's own state, and taking old detail away. */
export function ledgerRoutes(app: HttpApp, parts: HttpParts): void {
  const { history, ledger, operations } = parts.ports;
  const tags = ['ledger'];

  app.get(
    '/api/v1/database',
    { config: { access: 'inspect' }, schema: { tags, summary: 'Size and growth', response: { 200: DatabaseJson } } },
    async () => {
      const [database, { retentionDays }] = await Promise.all([history.database(), operations.settings()]);
      const { records, days, users, servers, bytes, growthPerDay, oldestRecord } = database;
      return { records, days, users, servers, bytes, growthPerDay, oldestRecord, retentionDays };
    },
  );

  app.post(
    '/api/v1/cleanup',
    {
      config: { access: 'change-all' },
      schema: {
        tags,
        summary: 'Remove 15-minute records older than so many days; usage, totals and days stay',
        body: Type.Object({
          days: Type.Integer({ minimum: 1, maximum: 36_600 }),
          dryRun: Type.Optional(Type.Boolean()),
        }),
        response: { 200: CleanupJson },
      },
    },
    async (request) => {
      const { days, dryRun = false } = request.body;
      if (dryRun) return { ...(await ledger.previewCleanup(days)), deleted: false };
      const { deleted, bytesFreed, keepsFrom } = await operations.cleanup(days);
      await audit(parts, request, 'ledger.cleanup', `${days} days`, { rows: deleted });
      return { rows: deleted, bytesFreed, keepsFrom, deleted: true };
    },
  );
}
