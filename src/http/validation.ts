import { FormatRegistry, type TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { ValueError } from '@sinclair/typebox/errors';
import { Value, ValueErrorType } from '@sinclair/typebox/value';
import type { FastifySchemaCompiler } from 'fastify';
import { InvalidInput } from '../core/errors.ts';
import { NameJson } from './schemas/identity.ts';
import { EmailJson } from './schemas/people.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

FormatRegistry.Set('date-time', (text) => INSTANT.test(text) && hasYear(Date.parse(text)));

/** Of four digits, as RFC 3339 wants it, also once it is told in UTC. */
function hasYear(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear();
  return year >= 0 && year <= 9999;
}

/**
 * Checks a request part against its TypeBox schema. Compiled at first use: most routes of a start are never called.
 * Bodies are taken as they are; query strings, paths and headers are text and are converted first.
 */
export const compileValidator: FastifySchemaCompiler<unknown> = ({ schema: raw, httpPart }) => {
  const schema = raw as TSchema;
  const isText = httpPart !== 'body';
  let check: ReturnType<typeof TypeCompiler.Compile> | undefined;
  return (given: unknown) => {
    // No body at all is an empty one: what is missing in it is named.
    const data = given ?? {};
    check ??= TypeCompiler.Compile(schema);
    const value = isText ? Value.Default(schema, Value.Convert(schema, data)) : Value.Default(schema, data);
    if (check.Check(value)) return { value };
    const first = check.Errors(value).First();
    return {
      error: first === undefined ? new InvalidInput('', 'The request is not valid.') : explain(first, httpPart),
    };
  };
};

function explain(error: ValueError, httpPart: string | undefined): InvalidInput {
  const where =
    httpPart === 'querystring' ? `/query${error.path}` : httpPart === 'params' ? `/path${error.path}` : error.path;
  const field = error.path === '' ? 'The body' : `"${error.path.slice(1)}"`;
  return new InvalidInput(where, `${field} ${wanted(error)}.`);
}

/** Of what people type: few of them read a pattern. */
const PATTERNS: ReadonlyMap<string, string> = new Map([
  [String(NameJson.pattern), 'may have no "/", and no space at its beginning'],
  [String(EmailJson.pattern), 'must be an address such as ann@example.com'],
]);

/** What a value had to be, in words; the value itself is not repeated (it may be a secret). */
function wanted(error: ValueError): string {
  const schema = error.schema as TSchema & Readonly<Record<string, unknown>>;
  switch (error.type) {
    case ValueErrorType.ObjectRequiredProperty:
      return 'is missing';
    case ValueErrorType.ObjectAdditionalProperties:
      return 'is not known here';
    case ValueErrorType.StringMaxLength:
      return `may have at most ${schema.maxLength} characters`;
    case ValueErrorType.StringMinLength:
      return schema.minLength === 1 ? 'is empty' : `needs at least ${schema.minLength} characters`;
    case ValueErrorType.IntegerMinimum:
    case ValueErrorType.NumberMinimum:
      return `must be at least ${schema.minimum}`;
    case ValueErrorType.IntegerMaximum:
    case ValueErrorType.NumberMaximum:
      return `may be at most ${schema.maximum}`;
    case ValueErrorType.StringPattern:
      return PATTERNS.get(String(schema.pattern)) ?? asToldBy(error);
    case ValueErrorType.StringFormat:
      return 'must be an instant such as 2026-11-01T00:00:00Z';
    case ValueErrorType.Integer:
      return 'must be a whole number';
    case ValueErrorType.Number:
      return 'must be a number';
    case ValueErrorType.Boolean:
      return 'must be true or false';
    case ValueErrorType.String:
      return 'must be text';
    case ValueErrorType.Union:
      return `must be one of ${choices(schema)}`;
    default:
      return asToldBy(error);
  }
}

function asToldBy({ message }: ValueError): string {
  return `is not valid (${message.charAt(0).toLowerCase()}${message.slice(1)})`;
}

function choices(schema: TSchema & Readonly<Record<string, unknown>>): string {
  const options = Array.isArray(schema.anyOf) ? (schema.anyOf as { const?: unknown; type?: unknown }[]) : [];
  const kinds: Readonly<Record<string, string>> = { string: 'text', integer: 'a whole number', null: 'null' };
  return options.map(({ const: value, type }) => String(value ?? kinds[String(type)] ?? type ?? '…')).join(', ');
}
