import { serveWriter } from '../sql/writer-service.ts';
import { ledgerFailureOf } from './failures.ts';
import { openLedger, type WriterStart } from './open-ledger.ts';

/** Entry of the writer's thread. */
serveWriter((start: WriterStart & { readonly nowMs: number }) => openLedger(start), ledgerFailureOf);
