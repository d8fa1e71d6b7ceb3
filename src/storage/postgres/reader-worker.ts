import { serveReads } from '../sql/reader-service.ts';
import { openForReading, type PostgresAddress } from './connections.ts';
import { ledgerFailureOf } from './failures.ts';

/** Entry of a reader's thread. */
serveReads(({ address }: { address: PostgresAddress }) => openForReading(address), ledgerFailureOf);
