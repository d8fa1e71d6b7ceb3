import { InvalidInput, SourceFailure } from '../core/errors.ts';
import type { SecretBox } from '../core/identity/secret-box.ts';
import type { NodeSource } from '../core/inventory/node.ts';
import type { SecretState } from '../core/inventory/node-operations.ts';
import type { Integration } from '../core/metering/integration.ts';

type Options = Readonly<Record<string, unknown>>;

/** A secret option as it stands in the store. */
interface Sealed {
  readonly sealed: string;
}

/**
 * Passwords and tokens of nodes and channels: sealed before they are stored, opened only for whoever reads the node or
 * sends the message, and shown to nobody again.
 */
export class Credentials {
  readonly #integrationOf: (kind: string) => Pick<Integration, 'secretOptions' | 'addressOptions'>;
  readonly #box: SecretBox;

  constructor(integrationOf: (kind: string) => Pick<Integration, 'secretOptions' | 'addressOptions'>, box: SecretBox) {
    this.#integrationOf = integrationOf;
    this.#box = box;
  }

  /** For the store. */
  seal({ kind, options }: NodeSource): NodeSource {
    return this.#change(kind, options, (secret) => {
      const sealed: Sealed = { sealed: Buffer.from(this.#box.seal(Buffer.from(String(secret)))).toString('base64') };
      return sealed;
    });
  }

  /** For the integration. @throws SourceFailure if a secret was sealed with a key that is not here (any more) */
  open({ kind, options }: NodeSource): NodeSource {
    return this.#change(kind, options, (secret, name) => {
      const opened = this.#opened(secret);
      if (opened !== null) return opened;
      throw new SourceFailure('credentials-lost', `The stored ${name} cannot be opened with the key here.`, {
        hint: 'The ledger came without its file secret.key. Put that back, or enter it again.',
      });
    });
  }

  /** For people: without secrets, and which of them there are. */
  shown({ kind, options }: NodeSource): { readonly source: NodeSource; readonly secrets: Record<string, SecretState> } {
    const secrets: Record<string, SecretState> = {};
    const rest: Record<string, unknown> = { ...options };
    for (const name of this.#secretsOf(kind)) {
      const value = options[name];
      secrets[name] = value === undefined ? 'not-set' : this.#opened(value) === null ? 'lost' : 'set';
      delete rest[name];
    }
    return { source: { kind, options: rest }, secrets };
  }

  /**
   * New options of a stored node: secrets they do not give stay, `null` takes one away. Where the node is reached may not
   * change without giving them anew: nobody sends a stored password to another host. @throws InvalidInput, SourceFailure
   */
  complete(wanted: NodeSource, stored: NodeSource): NodeSource {
    const options: Record<string, unknown> = { ...wanted.options };
    const { addressOptions = [] } = this.#integrationOf(wanted.kind);
    for (const name of this.#secretsOf(wanted.kind)) {
      if (options[name] === null) delete options[name];
      else if (options[name] === undefined && stored.options[name] !== undefined) {
        const moved = addressOptions.find((address) => !isSame(options[address], stored.options[address]));
        if (moved !== undefined)
          throw new InvalidInput(
            `/options/${name}`,
            `"${moved}" changes, so "${name}" has to be given again.`,
            'A stored secret is sent only to where it was entered for.',
          );
        options[name] = this.#openedOption(stored, name);
      }
    }
    return { kind: wanted.kind, options };
  }

  #openedOption({ kind, options }: NodeSource, name: string): unknown {
    return this.open({ kind, options: { [name]: options[name] } }).options[name];
  }

  #opened(value: unknown): string | null {
    if (typeof value !== 'object' || value === null || !('sealed' in value)) return null;
    const opened = this.#box.open(Buffer.from(String(value.sealed), 'base64'));
    return opened === null ? null : Buffer.from(opened).toString('utf8');
  }

  #change(kind: string, options: Options, change: (secret: unknown, name: string) => unknown): NodeSource {
    const changed: Record<string, unknown> = { ...options };
    for (const name of this.#secretsOf(kind)) {
      if (options[name] !== undefined) changed[name] = change(options[name], name);
    }
    return { kind, options: changed };
  }

  #secretsOf(kind: string): readonly string[] {
    return this.#integrationOf(kind).secretOptions ?? [];
  }
}

function isSame(wanted: unknown, stored: unknown): boolean {
  return JSON.stringify(wanted ?? null) === JSON.stringify(stored ?? null);
}
