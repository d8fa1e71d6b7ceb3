import { serveWriter } from '../sql/writer-service.ts';
import { ledgerFailureOf } from './failures.ts';
import { openLedger } from './open-ledger.ts';

/** Entry of the writer's thread. */
serveWriter(openLedger, ledgerFailureOf);
