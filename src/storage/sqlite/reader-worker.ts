import { serveReads } from '../sql/reader-service.ts';
import { readConnection } from './connections.ts';
import { openForReading } from './database.ts';
import { ledgerFailureOf } from './failures.ts';

/** Entry of a reader's thread. */
serveReads(({ path }: { path: string }) => readConnection(openForReading(path)), ledgerFailureOf);
