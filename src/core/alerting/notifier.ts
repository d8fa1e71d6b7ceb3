import type { AlertEventKind, AlertKind, AlertSeverity } from './alert.ts';

/** What waits for one channel, in its language, as it goes out. */
export interface AlertMessage {
  /** Stays the same when it is sent again: receivers tell repeats by it. */
  readonly id: string;
  /** Of this try: receivers refuse what was signed long ago. */
  readonly at: Date;
  /** One line. */
  readonly subject: string;
  /** Plain text, lines. */
  readonly text: string;
  /** From right to left. */
  readonly isRtl: boolean;
  /** The same for programs. */
  readonly events: readonly ToldEvent[];
}

/** An event as programs get it; who must not be named is absent. */
export interface ToldEvent {
  readonly event: AlertEventKind;
  readonly at: Date;
  readonly alertId: string;
  readonly kind: AlertKind;
  readonly topic: string;
  readonly code: string;
  readonly severity: AlertSeverity;
  readonly openedAt: Date;
  readonly title: string;
  readonly message: string;
  readonly hint: string | null;
  readonly node: { readonly id: string; readonly name: string | null } | null;
  readonly user: { readonly id: string; readonly name: string | null } | null;
}

/** Port: brings messages to people. Implemented in integrations/. */
export interface Notifier {
  /**
   * Resolves when the receiver has taken the message. @throws ExpectedError; `details.retryAfterMs`: not before then;
   * the signal's reason
   */
  send(message: AlertMessage, signal: AbortSignal): Promise<void>;
}

/** One kind of channel: one line in app/notifiers.ts. */
export interface NotifierKind {
  readonly kind: string;
  /** Names of options that are secret: stored sealed, never shown again. */
  readonly secretOptions: readonly string[];
  /** Names of options that say where the secrets are sent: if one changes, the secrets have to be given again. */
  readonly addressOptions: readonly string[];
  /** Types and defaults of the options. Pointers of errors start at `/options`. @throws InvalidInput */
  parseOptions(options: unknown): Readonly<Record<string, unknown>>;
  /** Where messages go, in a few words without secrets. */
  describe(options: Readonly<Record<string, unknown>>): string;
  create(options: Readonly<Record<string, unknown>>): Notifier;
}
