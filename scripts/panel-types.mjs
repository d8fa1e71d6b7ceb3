// Writes web/src/api/schema.d.ts from openapi.json; `--check` only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTypescript, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const path = join(root, 'web/src/api/schema.d.ts');

const exact = ts.factory.createUnionTypeNode([
  ts.factory.createKeywordTypeNode(ts.SyntaxKind.NumberKeyword),
  ts.factory.createKeywordTypeNode(ts.SyntaxKind.BigIntKeyword),
]);
const nothing = ts.factory.createLiteralTypeNode(ts.factory.createNull());

/** Byte counts may exceed 2^53: the panel parses those to bigints (web/src/api/exact-json.ts). */
function transform(schema) {
  if (!schema.description?.startsWith('Bytes, exact')) return undefined;
  const nullable = Array.isArray(schema.type) && schema.type.includes('null');
  return nullable ? ts.factory.createUnionTypeNode([exact, nothing]) : exact;
}

const document = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8'));
const nodes = await openapiTypescript(document, { immutable: true, transform });
const text = `// Generated from openapi.json by scripts/panel-types.mjs; not to be edited.\n${astToString(nodes)}`;

if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  console.error('web/src/api/schema.d.ts is older than openapi.json: run "node scripts/panel-types.mjs".');
  process.exitCode = 1;
}
