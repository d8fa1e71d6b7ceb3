import { Type } from '@sinclair/typebox';
import { InvalidInput, LedgerFailure } from '../../core/errors.ts';
import { adminIdOf } from '../../core/identity/authorize.ts';
import type { CleanupJob } from '../../core/ledger/cleanup-job.ts';
import { counted } from '../../core/units/counted.ts';
import type { ResetId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { setReset, undoReset } from '../resetting.ts';
import { mib } from './gib.ts';

const Success = Type.Literal('success');
const ResetDone = Type.Object({ status: Success, reset_id: Type.String() });
const CleanupDays = Type.Optional(Type.Integer({ maximum: 36_600 }));

const tags = ['statistics'];
const databaseSchema = {
  tags,
  summary: 'What the database holds',
  response: {
    200: Type.Object({
      total_records: Type.Integer({ description: '15-minute records and day rows.' }),
      unique_users: Type.Integer(),
      unique_servers: Type.Integer(),
      database_size_mb: Type.Number(),
      retention_days: Type.Integer({ description: '0 = for ever.' }),
    }),
  },
};
const cleanupSchema = {
  tags,
  summary: 'Remove 15-minute records older than so many days; usage, totals and days stay',
  querystring: Type.Object({ days: CleanupDays, dry_run: Type.Optional(Type.Boolean()) }),
  body: Type.Object({ days: CleanupDays, dry_run: Type.Optional(Type.Boolean()) }),
  response: {
    200: Type.Object({
      status: Success,
      deleted_rows: Type.Integer(),
      cleanup_days: Type.Integer(),
      dry_run: Type.Optional(Type.Literal(true, { description: 'Nothing was removed.' })),
    }),
  },
};
const resetSchema = {
  tags,
  summary: 'Reset All: a mark that can be undone',
  response: { 200: ResetDone },
};
const undoSchema = {
  tags,
  summary: 'Undo a reset: shown usage is old plus new',
  params: Type.Object({ reset_id: Type.String({ maxLength: 64 }) }),
  response: { 200: ResetDone },
};

/** Seed A's work on the ledger: information, cleanup, Reset All and its undo. */
export function ledgerWorkRoutes(app: HttpApp, parts: HttpParts): void {
  const { history, ledger, operations } = parts.ports;
  const config = { access: 'change-all' } as const;

  app.get(
    '/api/xpert/traffic-stats/database/info',
    { config: { access: 'inspect' }, schema: databaseSchema },
    async () => {
      const [database, { retentionDays }] = await Promise.all([history.database(), operations.settings()]);
      return {
        total_records: database.records + database.days,
        unique_users: database.users,
        unique_servers: database.servers,
        database_size_mb: mib(database.bytes),
        retention_days: retentionDays,
      };
    },
  );

  app.post('/api/xpert/traffic-stats/cleanup', { config, schema: cleanupSchema }, async (request) => {
    const days = request.query.days ?? request.body.days;
    if (days === undefined) throw new InvalidInput('/days', '"days" is missing.', 'For example ?days=90.');
    if (days < 1) throw new InvalidInput('/days', '"days" must be at least 1.', 'To start anew at 0, use reset.');
    const done = { status: 'success' as const, cleanup_days: days };
    if (request.query.dry_run ?? request.body.dry_run ?? false) {
      return { ...done, deleted_rows: (await ledger.previewCleanup(days)).rows, dry_run: true as const };
    }
    await operations.startCleanup(days, adminIdOf(actorOf(request)));
    const job = await operations.cleanupEnded();
    const deleted = job?.deleted ?? 0;
    await audit(parts, request, 'ledger.cleanup', counted(days, 'day'), { rows: deleted });
    if (job?.state !== 'done') throw notDone(job);
    return { ...done, deleted_rows: deleted };
  });

  app.post('/api/xpert/traffic-stats/reset', { config, schema: resetSchema }, async (request) => {
    const mark = await setReset(parts.ports, actorOf(request), { scope: 'all' });
    await audit(parts, request, 'usage.reset', mark.id, { scope: 'all' });
    return { status: 'success' as const, reset_id: mark.id };
  });

  app.delete('/api/xpert/traffic-stats/reset/:reset_id', { config, schema: undoSchema }, async (request) => {
    const mark = await undoReset(parts.ports, actorOf(request), request.params.reset_id as ResetId);
    await audit(parts, request, 'usage.reset-undone', mark.id);
    return { status: 'success' as const, reset_id: mark.id };
  });
}

function notDone(job: CleanupJob | null): LedgerFailure {
  const { code, message, hint } = job?.error ?? {
    ...{
      code: 'cleanup-cancelled',
      message: `The cleanup was cancelled after ${counted(job?.deleted ?? 0, 'record')}.`,
    },
    hint: 'Start it again to remove the rest.',
  };
  return new LedgerFailure(code, message, hint === null ? {} : { hint });
}
