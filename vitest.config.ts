import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// GitHub's parser of workflows imports JSON in a way that Node refuses and Vite takes. Its source maps name files that
// its package lacks: without them, or there is a warning for each.
const PARSER = '@actions/workflow-parser'
const server = { deps: { inline: [PARSER] } }
const plugins = [
  {
    name: 'no-source-maps',
    enforce: 'pre' as const,
    load: (id: string) =>
      id.includes(PARSER) && id.endsWith('.js') ? readFileSync(id, 'utf8').replace(/^\/\/# source.*/m, '') : undefined,
  },
]

// Three levels, told apart by what they need: nothing, a real git and Docker, or the whole product.
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 10_000 } },
      {
        plugins,
        test: {
          name: 'integration',
          server,
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        plugins,
        test: {
          name: 'e2e',
          server,
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
