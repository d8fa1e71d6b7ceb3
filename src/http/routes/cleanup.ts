import { type Static, Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import { adminIdOf } from '../../core/identity/authorize.ts';
import type { CleanupJob } from '../../core/ledger/cleanup-job.ts';
import { counted } from '../../core/units/counted.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Bytes, Instant, MaybeInstant, MaybeString, Nullable } from '../schemas/common.ts';

const PreviewJson = Type.Object({
  rows: Type.Integer(),
  bytesFreed: Type.Integer({ description: 'Estimate. The file does not shrink: new records fill it again.' }),
  keepsFrom: Instant,
  deleted: Type.Literal(false, { description: 'This was a dry run.' }),
});
const JobJson = Type.Object(
  {
    id: Type.String(),
    days: Type.Integer(),
    keepsFrom: Instant,
    state: Type.Union(
      [
        Type.Literal('proving'),
        Type.Literal('removing'),
        Type.Literal('done'),
        Type.Literal('cancelled'),
        Type.Literal('failed'),
      ],
      { description: 'proving: nothing is removed yet, the sums that stay are compared with what is to go.' },
    ),
    rows: Type.Integer({ description: 'Records to be removed when it began.' }),
    deleted: Type.Integer({ description: 'Records removed until now.' }),
    bytesFreed: Type.Integer(),
    startedAt: Instant,
    endedAt: MaybeInstant,
    error: Nullable(Type.Object({ code: Type.String(), message: Type.String(), hint: MaybeString })),
    totals: Nullable(
      Type.Object(
        { before: Bytes, after: Bytes },
        { description: 'Everything ever booked; more after than before was booked meanwhile.' },
      ),
    ),
  },
  { $id: 'CleanupJob' },
);
const MaybeJob = Type.Object({ job: Nullable(JobJson) });

const tags = ['ledger'];
const startSchema = {
  tags,
  summary: 'Begin to remove 15-minute records older than so many days; usage, totals and days stay',
  body: Type.Object({
    days: Type.Integer({ minimum: 1, maximum: 36_600 }),
    dryRun: Type.Optional(Type.Boolean({ description: 'true: only say what would go.' })),
  }),
  response: { 200: PreviewJson, 202: JobJson },
};
const stateSchema = {
  tags,
  summary: 'The cleanup that runs, or else the last one since the start',
  response: { 200: MaybeJob },
};
const cancelSchema = {
  tags,
  summary: 'Cancel the running cleanup; what is gone stays gone',
  response: { 200: JobJson },
};

/** Taking old detail away: a job in small steps that never keeps reports waiting. */
export function cleanupRoutes(app: HttpApp, parts: HttpParts): void {
  const { ledger, operations } = parts.ports;
  const config = { access: 'change-all' } as const;

  app.post('/api/v1/cleanup', { config, schema: startSchema }, async (request, reply) => {
    const { days, dryRun = false } = request.body;
    if (dryRun) return { ...(await ledger.previewCleanup(days)), deleted: false as const };
    const job = await operations.startCleanup(days, adminIdOf(actorOf(request)));
    await audit(parts, request, 'ledger.cleanup', counted(days, 'day'), { rows: job.rows });
    return await reply.code(202).send(jobJson(job));
  });

  app.get('/api/v1/cleanup', { config: { access: 'inspect' }, schema: stateSchema }, async () => {
    const job = operations.cleanupJob();
    return { job: job === null ? null : jobJson(job) };
  });

  app.delete('/api/v1/cleanup', { config, schema: cancelSchema }, async (request) => {
    const job = await operations.cancelCleanup();
    if (job === null) throw new NotFound('cleanup', 'running', 'None runs now.');
    await audit(parts, request, 'ledger.cleanup-cancelled', counted(job.days, 'day'), { rows: job.deleted });
    return jobJson(job);
  });
}

function jobJson({ by: _, error, totals, ...job }: CleanupJob): Static<typeof JobJson> {
  return { ...job, error: error && { ...error }, totals: totals && { ...totals } };
}
