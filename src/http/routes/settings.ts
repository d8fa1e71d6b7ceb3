import { Type } from '@sinclair/typebox';
import { InvalidInput } from '../../core/errors.ts';
import { adminIdOf, isAllowed } from '../../core/identity/authorize.ts';
import { formatCycle, parseCycle } from '../../core/units/billing-cycle.ts';
import { counted } from '../../core/units/counted.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Instant, MaybeString, Nullable } from '../schemas/common.ts';
import { ScheduleJson } from './backups.ts';

const TrackingJson = Type.Object({ enabled: Type.Boolean(), since: Instant });
const SettingsJson = Type.Object(
  {
    tracking: TrackingJson,
    timeZone: Type.String(),
    nextTimeZone: Nullable(
      Type.Object(
        { timeZone: Type.String(), from: Instant },
        { description: 'Holds from then on: the next midnight. Days before stay as they were.' },
      ),
    ),
    billingCycle: Type.String({ description: 'Where no other is asked for: month, week:sat, days:30@2026-11-01, …' }),
    retentionDays: Type.Integer(),
    backup: ScheduleJson,
    domain: MaybeString,
    webhookAuth: Type.Union([Type.Literal('open'), Type.Literal('key')]),
    publicSummary: Type.Boolean(),
    fixedByEnvironment: Type.Array(Type.String()),
  },
  { $id: 'Settings' },
);
const DoctorJson = Type.Object({
  checks: Type.Array(
    Type.Object({
      name: Type.String(),
      status: Type.Union([Type.Literal('ok'), Type.Literal('warning'), Type.Literal('error')]),
      code: Type.String({ description: 'What is said, in any language.' }),
      values: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
        description: 'What the message names, for translations of it.',
      }),
      message: Type.String(),
      hint: MaybeString,
      commands: Type.Array(Type.String()),
    }),
  ),
});
const Path = Type.String({ minLength: 1, maxLength: 4096 });
const ImportJson = Type.Object({
  nodes: Type.Integer(),
  users: Type.Integer(),
  peers: Type.Integer(),
  skipped: Type.Array(Type.Object({ record: Type.String(), reason: Type.String() })),
});

const tags = ['settings'];
const settingsSchema = { tags, summary: 'Settings as they hold now', response: { 200: SettingsJson } };
const trackingSchema = {
  tags,
  summary: 'Switch tracking; on again means new baselines',
  body: Type.Object({ enabled: Type.Boolean() }),
  response: { 200: TrackingJson },
};
const retentionSchema = {
  tags,
  summary: 'How many days 15-minute records are kept; 0 = for ever',
  body: Type.Object({ days: Type.Integer({ minimum: 0, maximum: 36_600 }) }),
  response: { 200: Type.Object({ days: Type.Integer() }) },
};
const zoneSchema = {
  tags,
  summary: 'Time zone of days and billing cycles, from the next midnight on; days before stay as they were',
  body: Type.Object({ timeZone: Type.String({ minLength: 1, maxLength: 64 }) }),
  response: { 200: Type.Pick(SettingsJson, ['timeZone', 'nextTimeZone']) },
};
const cycleSchema = {
  tags,
  summary: 'Billing cycle where no other is asked for',
  body: Type.Object({ cycle: Type.String({ minLength: 1, maxLength: 64 }) }),
  response: { 200: Type.Object({ cycle: Type.String() }) },
};
const doctorSchema = { tags, summary: 'What is wrong, and what to do about it', response: { 200: DoctorJson } };
const importSchema = {
  tags,
  summary: 'Import nodes, users and peers from the files of the vpnservice bot (only over the local socket)',
  body: Type.Object(
    {
      users: Type.Optional(Path),
      peers: Type.Optional(Path),
      env: Type.Optional(Path),
      db: Type.Optional(Path),
    },
    { minProperties: 1 },
  ),
  response: { 200: ImportJson },
};

const Text = Type.String({ maxLength: 1_000_000, default: '' });
const uploadSchema = {
  tags,
  summary: 'The same from the texts of the files',
  body: Type.Object({ users: Text, peers: Text, env: Text }),
  response: { 200: ImportJson },
};

/** Settings and work on the product as a whole. */
export function settingsRoutes(app: HttpApp, parts: HttpParts): void {
  const { operations } = parts.ports;
  const config = { access: 'change-all' } as const;

  app.get('/api/v1/settings', { config: { access: 'view' }, schema: settingsSchema }, async (request) => {
    const {
      tracking: { enabled, since },
      backup,
      billingCycle,
      fixedByEnvironment,
      ...rest
    } = await operations.settings();
    const { timeZone, nextTimeZone, retentionDays, domain, webhookAuth, publicSummary } = rest;
    const fixed = isAllowed(actorOf(request), 'change-all') ? [...fixedByEnvironment] : [];
    const kept = { retentionDays, backup: { ...backup } };
    const time = { timeZone, nextTimeZone, billingCycle: formatCycle(billingCycle) };
    return {
      tracking: { enabled, since },
      ...time,
      ...kept,
      domain,
      webhookAuth,
      publicSummary,
      fixedByEnvironment: fixed,
    };
  });

  app.put('/api/v1/settings/tracking', { config, schema: trackingSchema }, async (request) => {
    const { enabled } = request.body;
    const { since } = await operations.setTracking(enabled, adminIdOf(actorOf(request)));
    await audit(parts, request, enabled ? 'tracking.on' : 'tracking.off', 'tracking');
    return { enabled, since };
  });

  app.put('/api/v1/settings/retention', { config, schema: retentionSchema }, async (request) => {
    const { days } = request.body;
    await operations.setRetention(days, adminIdOf(actorOf(request)));
    await audit(parts, request, 'retention.changed', counted(days, 'day'));
    return { days };
  });

  app.put('/api/v1/settings/time-zone', { config, schema: zoneSchema }, async (request) => {
    await operations.setTimeZone(request.body.timeZone);
    const { timeZone, nextTimeZone } = await operations.settings();
    await audit(parts, request, 'time-zone.changed', nextTimeZone?.timeZone ?? timeZone);
    return { timeZone, nextTimeZone };
  });

  app.put('/api/v1/settings/cycle', { config, schema: cycleSchema }, async (request) => {
    const cycle = parseCycle(request.body.cycle);
    if (cycle === null || cycle.kind === 'none') {
      throw new InvalidInput('/cycle', `"${request.body.cycle}" is no cycle.`, 'For example month:15 or week:sat.');
    }
    await operations.setBillingCycle(cycle, adminIdOf(actorOf(request)));
    await audit(parts, request, 'cycle.changed', formatCycle(cycle));
    return { cycle: formatCycle(cycle) };
  });

  app.get('/api/v1/doctor', { config: { access: 'inspect' }, schema: doctorSchema }, async () => {
    const checks = await operations.doctor();
    return { checks: checks.map((check) => ({ ...check, commands: [...check.commands] })) };
  });

  app.post('/api/v1/imports/vpnservice', { config: { access: 'local' }, schema: importSchema }, async (request) => {
    const { users = null, peers = null, env = null, db = null } = request.body;
    const { skipped, ...counts } = await operations.importVpnService({ users, peers, env, db });
    await audit(parts, request, 'import.vpnservice', users ?? db ?? peers ?? env ?? '', {
      ...counts,
      skipped: skipped.length,
    });
    return { ...counts, skipped: skipped.map((entry) => ({ ...entry })) };
  });

  app.post('/api/v1/imports/vpnservice/texts', { config, schema: uploadSchema }, async (request) => {
    const { skipped, ...counts } = await operations.importVpnServiceTexts(request.body);
    await audit(parts, request, 'import.vpnservice', 'texts', { ...counts, skipped: skipped.length });
    return { ...counts, skipped: skipped.map((entry) => ({ ...entry })) };
  });
}
