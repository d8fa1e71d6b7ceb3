import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that start daemons and servers share two cores: they run after the quick ones, one file at a time. */
const heavy = (name: string, include: string[]) => ({
  test: {
    name,
    include,
    globalSetup: ['test/build-first.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    sequence: { groupOrder: 1 },
  },
});

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
      heavy('engines', ['test/engines/**/*.test.ts']),
      heavy('long', ['test/long/**/*.test.ts']),
      heavy('torture', ['test/torture/**/*.test.ts']),
    ],
  },
});
