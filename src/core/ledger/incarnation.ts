/**
 * One life of a ledger. A restore begins another one: what was answered after the backup was made is not in it, so that
 * whoever counts on a sequence (an agent) sends again from where the restored ledger is.
 */
export interface LedgerIncarnation {
  readonly id: string;
  readonly since: Date;
  /** Oldest first. From `missingFrom` to `at` reports are missing, as far as nobody sent them again; counters are caught up. */
  readonly restores: readonly { readonly at: Date; readonly missingFrom: Date }[];
}
