import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that start daemons and servers share two cores: they run after the quick ones, one file at a time. */
const heavy = (name: string, include: string[], { workers = 1, group = 1 } = {}) => ({
  test: {
    name,
    include,
    globalSetup: ['test/build-first.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A second, as it is by itself, is short beside builds, browsers and daemons.
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: workers,
    sequence: { groupOrder: group },
  },
});

/** Tests of other engines wait for servers that start, and for faults that are noticed: two files at a time. */
const engines = (name: string, include: string[]) => heavy(name, include, { workers: 2, group: 2 });

/** Those of them that say most in little time: CI runs them, too. */
const quickEngines = [
  'postgres-store',
  'postgres-usage',
  'postgres-database',
  'postgres-server',
  'postgres-product',
  'clickhouse-history',
  'clickhouse-faults',
].map((name) => `test/engines/${name}.test.ts`);

/** Vitest leaves a core to itself: of two, too. These tests wait for disks and timers often enough to share both. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          maxWorkers,
          testTimeout: 20_000,
          include: ['src/**/*.test.ts', 'web/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'contract',
          maxWorkers,
          testTimeout: 60_000,
          include: ['test/contract/**/*.test.ts', 'test/simulation/**/*.test.ts', 'test/fuzz/**/*.test.ts'],
        },
      },
      heavy('integration', ['test/integration/**/*.test.ts']),
      heavy('e2e', ['test/e2e/**/*.test.ts']),
      engines('engines', ['test/engines/**/*.test.ts']),
      engines('quick-engines', quickEngines),
      heavy('long', ['test/long/**/*.test.ts']),
      heavy('torture', ['test/torture/**/*.test.ts']),
    ],
  },
});
