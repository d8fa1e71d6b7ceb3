import { Type } from '@sinclair/typebox';
import { adminIdOf, isAllowed } from '../../core/identity/authorize.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Instant, MaybeString } from '../schemas/common.ts';
import { ScheduleJson } from './backups.ts';

const TrackingJson = Type.Object({ enabled: Type.Boolean(), since: Instant });
const SettingsJson = Type.Object(
  {
    tracking: TrackingJson,
    timeZone: Type.String(),
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
const doctorSchema = { tags, summary: 'What is wrong, and what to do about it', response: { 200: DoctorJson } };
const importSchema = {
  tags,
  summary: 'Import nodes, users and peers from the files of the vpnservice bot (only over the local socket)',
  body: Type.Object({ users: Path, peers: Path, env: Type.Optional(Path), db: Type.Optional(Path) }),
  response: { 200: ImportJson },
};

/** Settings and work on the product as a whole. */
export function settingsRoutes(app: HttpApp, parts: HttpParts): void {
  const { operations } = parts.ports;
  const config = { access: 'change-all' } as const;

  app.get('/api/v1/settings', { config: { access: 'view' }, schema: settingsSchema }, async (request) => {
    const { tracking, timeZone, retentionDays, backup, domain, webhookAuth, publicSummary, fixedByEnvironment } =
      await operations.settings();
    const fixed = isAllowed(actorOf(request), 'change-all') ? [...fixedByEnvironment] : [];
    const kept = { retentionDays, backup: { ...backup } };
    return { tracking, timeZone, ...kept, domain, webhookAuth, publicSummary, fixedByEnvironment: fixed };
  });

  app.put('/api/v1/settings/tracking', { config, schema: trackingSchema }, async (request) => {
    const { enabled } = request.body;
    const state = await operations.setTracking(enabled, adminIdOf(actorOf(request)));
    await audit(parts, request, enabled ? 'tracking.on' : 'tracking.off', 'tracking');
    return state;
  });

  app.put('/api/v1/settings/retention', { config, schema: retentionSchema }, async (request) => {
    const { days } = request.body;
    await operations.setRetention(days, adminIdOf(actorOf(request)));
    await audit(parts, request, 'retention.changed', `${days} days`);
    return { days };
  });

  app.get('/api/v1/doctor', { config: { access: 'inspect' }, schema: doctorSchema }, async () => {
    const checks = await operations.doctor();
    return { checks: checks.map((check) => ({ ...check, commands: [...check.commands] })) };
  });

  app.post('/api/v1/imports/vpnservice', { config: { access: 'local' }, schema: importSchema }, async (request) => {
    const { users, peers, env = null, db = null } = request.body;
    const { skipped, ...counts } = await operations.importVpnService({ users, peers, env, db });
    await audit(parts, request, 'import.vpnservice', users, { ...counts, skipped: skipped.length });
    return { ...counts, skipped: skipped.map((entry) => ({ ...entry })) };
  });
}
