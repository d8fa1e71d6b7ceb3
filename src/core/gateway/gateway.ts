/** Bytes of the user behind a panel's account that the panel does not count: over other nodes, and reported. */
export interface UsageBeyond {
  /** Since the reset mark in force. */
  readonly shown: bigint;
  /** Ever, whatever the marks. */
  readonly ever: bigint;
}

/** Whose usage somebody reset in a panel: of one account, of all accounts of one of its admins, of all. */
export type PanelReset =
  | { readonly kind: 'account'; readonly key: string }
  | { readonly kind: 'owner'; readonly owner: string }
  | { readonly kind: 'all' };

/** Port: what a gateway asks of the product about the accounts of its panel. Implemented by app/. */
export interface PanelBooks {
  /** By key of the account. An account that nobody here knows, or that is no user's, is absent. */
  beyond(keys: readonly string[]): Promise<ReadonlyMap<string, UsageBeyond>>;
  /** Of all accounts of an admin of the panel, each user once; null while the panel was not read yet. */
  beyondOf(owner: string): Promise<UsageBeyond | null>;
  /**
   * The panel has reset usage: sets the mark that resets ours. Resolves when it is set; where that fails it is set later
   * and the owner is told, so that it never rejects.
   */
  hasReset(what: PanelReset, by: string | null): Promise<void>;
}

/** Stands before a panel's own interface. */
export interface Gateway {
  /** @throws ExpectedError if it cannot listen */
  listen(): Promise<void>;
  /** Ends connections that do not end by themselves after a moment. Idempotent. */
  close(): Promise<void>;
}

export interface GatewayTools {
  readonly books: PanelBooks;
  /** Something of ours failed: the panel's answer passed as it came, or the gateway answered that it failed. */
  readonly onBug: (error: unknown) => void;
}
