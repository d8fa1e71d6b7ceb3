/** The dependency rule. Prose: ARCHITECTURE.md#dependency-rule. */
const error = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

/** Tests may import the test tools and what they need to set a scene; the product may not import tests. */
const tests = '\\.test\\.tsx?$';

module.exports = {
  forbidden: [
    error('no-cycles', 'A cycle is a missing module.', {}, { circular: true }),
    error(
      'core-is-pure',
      'core/ imports core/ only: no packages, no node:*, no I/O.',
      { path: '^src/core/', pathNot: tests },
      { pathNot: '^src/core/' },
    ),
    error('lib-knows-no-domain', 'lib/ is reusable plumbing.', { path: '^src/lib/' }, { path: '^src/(?!lib/)' }),
    error(
      'adapters-face-core',
      'An adapter imports its own folder, core/ and lib/; never a sibling system.',
      { path: '^src/(integrations|storage)/([^/]+)/', pathNot: tests },
      { path: '^src/', pathNot: ['^src/$1/$2/', '^src/$1/sql/', '^src/(core|lib)/'] },
    ),
    error(
      'shared-sql-knows-no-engine',
      'What all engines share works on sql/database.ts alone.',
      { path: '^src/storage/sql/', pathNot: tests },
      { path: ['^src/lib/sqlite\\.ts$', 'better-sqlite3'] },
    ),
    error(
      'delivery-faces-core',
      'http/ never sees a concrete adapter.',
      { path: '^src/http/', pathNot: tests },
      { path: '^src/(integrations|storage|app|cli)/' },
    ),
    error(
      'cli-goes-through-app',
      'Commands ask app/ for a wired product.',
      { path: '^src/cli/' },
      { path: '^src/(integrations|storage|http)/' },
    ),
    error(
      'only-entry-points-compose',
      'Only app/ wires, only cli/ starts app/.',
      { path: '^src/', pathNot: ['^src/(app|cli)/', tests] },
      { path: '^src/(app|cli)/' },
    ),
    error('app-starts-no-cli', 'app/ is what cli/ starts.', { path: '^src/app/' }, { path: '^src/cli/' }),
    error('no-test-in-product', 'What ships imports no test.', { path: '^src/', pathNot: tests }, { path: tests }),
    error(
      'no-dev-packages-in-product',
      'What ships stands on dependencies; devDependencies build and test.',
      { path: '^src/', pathNot: [tests, 'openapi'] },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    error(
      'one-sqlite-driver',
      'Which driver fits this Node.js is decided in lib/sqlite.ts alone.',
      { pathNot: '^src/lib/sqlite\\.ts$' },
      { path: 'better-sqlite3', dependencyTypesNot: ['type-only'] },
    ),
    error(
      'web-is-an-api-client',
      'The panel knows the server through openapi.json only.',
      { path: '^web/' },
      { path: '^src/' },
    ),
    error(
      'features-are-islands',
      'Compose features in routes.tsx.',
      { path: '^web/src/features/([^/]+)/' },
      { path: '^web/src/features/', pathNot: '^web/src/features/$1/' },
    ),
    error(
      'web-flows-one-way',
      'shared -> features -> routes.',
      { path: '^web/src/(api|components|lib|i18n)/' },
      { path: '^web/src/(features|routes)' },
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
