import { createReadStream } from 'node:fs';
import { type Static, Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import { adminIdOf } from '../../core/identity/authorize.ts';
import type { BackupFile } from '../../core/settings/backups.ts';
import { counted } from '../../core/units/counted.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Instant, PageOf } from '../schemas/common.ts';

export const ScheduleJson = Type.Object(
  {
    everyHours: Type.Integer({ minimum: 0, maximum: 8784, description: '0: none by itself.' }),
    keep: Type.Integer({ minimum: 1, maximum: 1000, description: 'Automatic ones that stay.' }),
  },
  { $id: 'BackupSchedule' },
);
const BackupJson = Type.Object(
  {
    name: Type.String(),
    path: Type.String({ description: 'On the machine of the server.' }),
    bytes: Type.Integer(),
    at: Instant,
    automatic: Type.Boolean({ description: 'Written by the schedule, and removed by it.' }),
    withKey: Type.Boolean({ description: 'Carries the key of stored secrets, sealed with a passphrase.' }),
  },
  { $id: 'Backup' },
);

const tags = ['settings'];
const listSchema = { tags, summary: 'Backups, newest first', response: { 200: PageOf(BackupJson) } };
const writeSchema = {
  tags,
  summary: 'Write a verified copy of the ledger while work goes on',
  body: Type.Object({
    passphrase: Type.Optional(
      Type.String({ maxLength: 1024, description: 'Takes the key of stored secrets along, sealed with it.' }),
    ),
  }),
  response: { 200: BackupJson },
};
const downloadSchema = {
  tags,
  summary: 'The file of a backup',
  params: Type.Object({ name: Type.String({ maxLength: 128 }) }),
};
const scheduleSchema = {
  tags,
  summary: 'Automatic backups: every so many hours, so many stay',
  body: ScheduleJson,
  response: { 200: ScheduleJson },
};

/** Copies of the ledger. Restoring one is done on the machine itself, while no server runs. */
export function backupRoutes(app: HttpApp, parts: HttpParts): void {
  const { operations } = parts.ports;
  const config = { access: 'change-all' } as const;

  app.get('/api/v1/backups', { config, schema: listSchema }, async () => {
    const items = operations.backups().map(backupJson);
    return { items, nextCursor: null, total: items.length };
  });

  app.post('/api/v1/backups', { config, schema: writeSchema }, async (request) => {
    const backup = await operations.backup(request.body.passphrase ?? null);
    await audit(parts, request, 'backup.written', backup.path, { bytes: backup.bytes, withKey: backup.withKey });
    return backupJson(backup);
  });

  app.get('/api/v1/backups/:name', { config, schema: downloadSchema }, async (request, reply) => {
    const { name } = request.params;
    const backup = operations.backups().find((each) => each.name === name);
    if (backup === undefined) throw new NotFound('backup', name);
    await audit(parts, request, 'backup.downloaded', name);
    reply.header('content-length', backup.bytes).header('cache-control', 'private, no-store');
    reply.header('content-disposition', `attachment; filename="${name}"`);
    return await reply.type('application/vnd.sqlite3').send(createReadStream(backup.path));
  });

  app.put('/api/v1/settings/backup', { config, schema: scheduleSchema }, async (request) => {
    const { everyHours, keep } = request.body;
    const schedule = { everyHours, keep };
    await operations.setBackupSchedule(schedule, adminIdOf(actorOf(request)));
    await audit(
      parts,
      request,
      'backup.schedule',
      `every ${counted(schedule.everyHours, 'hour')}, keep ${schedule.keep}`,
    );
    return schedule;
  });
}

function backupJson(backup: BackupFile): Static<typeof BackupJson> {
  return { ...backup };
}
