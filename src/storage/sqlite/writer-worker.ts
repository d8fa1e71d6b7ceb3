import type { ZoneSince } from '../../core/units/calendar.ts';
import { serveWriter } from '../sql/writer-service.ts';
import { writeConnection } from './connections.ts';
import { openForWriting } from './database.ts';
import { DiskReserve } from './disk-reserve.ts';
import { ledgerFailureOf } from './failures.ts';

/** Entry of the writer's thread. */
serveWriter(({ path, zones }: { path: string; zones: readonly ZoneSince[] }) => {
  return { connection: writeConnection(openForWriting(path), new DiskReserve(path)), zones, found: null };
}, ledgerFailureOf);
