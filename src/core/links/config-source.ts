/** What a source gave out for one of its peers. */
export interface ConfigCopy {
  /** Share links, in the source's order. Secret. */
  readonly texts: readonly string[];
  /** Lines that were no configuration of a kind known here. */
  readonly unreadable: number;
  /** As the source marked this state (RFC 9110, 8.8.3); null: it did not. */
  readonly etag: string | null;
}

/** Reads the configurations that a panel, a server or somebody else's subscription has ready for its peers. */
export interface ConfigSource {
  /**
   * `key`: the peer, as its collector read it. `etag`: of the copy that is here; a source that tells that nothing changed
   * since answers `unchanged`. @throws SourceFailure, also where nothing of the answer is a configuration
   */
  read(key: string, etag: string | null, signal: AbortSignal): Promise<ConfigCopy | 'unchanged'>;
  close(): Promise<void>;
}

/** Days for which the copy of a source that does not answer is given out. */
export const KEPT_DAYS = 30;

/** A copy as it is kept. */
export interface KeptCopy extends ConfigCopy {
  /** When the source last gave it, or said that it still holds. */
  readonly at: Date;
}

/** Port: the last good copy of what each source gave out, sealed at rest. `source`: names it without its secrets. */
export interface ConfigCopies {
  copy(source: string): Promise<KeptCopy | null>;
  keepCopy(source: string, copy: KeptCopy): Promise<void>;
  /** The copy that is kept still holds at that instant. @returns false where none is kept */
  confirmCopy(source: string, at: Date): Promise<boolean>;
}
