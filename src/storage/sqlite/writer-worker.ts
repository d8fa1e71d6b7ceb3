import { serveWriter } from '../sql/writer-service.ts';
import { writeConnection } from './connections.ts';
import { openForWriting } from './database.ts';
import { DiskReserve } from './disk-reserve.ts';
import { ledgerFailureOf } from './failures.ts';

/** Entry of the writer's thread. */
serveWriter(
  ({ path }: { path: string }) => writeConnection(openForWriting(path), new DiskReserve(path)),
  ledgerFailureOf,
);
