interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly format?: string;
}

/**
 * Where a JSON value is not what the schema says: wrong types, missing members, and members that the schema does not
 * name (an answer must not tell more than its description). Knows the part of JSON Schema that the API uses.
 */
export function schemaMismatches(schema: Schema, value: unknown, at = ''): string[] {
  if (schema.anyOf !== undefined) {
    const tried = schema.anyOf.map((option) => schemaMismatches(option, value, at));
    return tried.some((mismatches) => mismatches.length === 0)
      ? []
      : (tried.toSorted((a, b) => a.length - b.length)[0] ?? []);
  }
  if (schema.const !== undefined) return schema.const === value ? [] : [`${at}: not ${String(schema.const)}`];
  if (schema.type === undefined) return [];
  const types = [schema.type].flat();
  if (!types.some((type) => isOfType(type, value)))
    return [`${at}: ${JSON.stringify(value)} is not ${types.join(' or ')}`];
  if (schema.format === 'date-time' && value !== null && !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(value))) {
    return [`${at}: ${String(value)} is no instant in UTC`];
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => schemaMismatches(schema.items ?? {}, item, `${at}/${i}`));
  if (typeof value === 'object' && value !== null)
    return objectMismatches(schema, value as Record<string, unknown>, at);
  return [];
}

function objectMismatches(schema: Schema, value: Readonly<Record<string, unknown>>, at: string): string[] {
  const open = Object.values(schema.patternProperties ?? {})[0];
  const missing = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${at}/${name} is missing`);
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const known = schema.properties?.[name] ?? open;
    return known === undefined ? [`${at}/${name} is not described`] : schemaMismatches(known, member, `${at}/${name}`);
  });
  return [...missing, ...wrong];
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
