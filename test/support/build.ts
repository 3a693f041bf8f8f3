// Builds dist/ from src/. Everything that dist/ holds comes from here, so that a diff against a fresh build tells
// whether it is up to date.
import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const NO_CLIENT = join(ROOT, 'test/support/no-http-client.ts')

const ENTRIES: readonly { entry: string; outfile: string; banner?: string }[] = [
  { entry: 'src/action.ts', outfile: 'action.cjs' },
  { entry: 'src/cli.ts', outfile: 'cli.cjs', banner: '#!/usr/bin/env node' },
  { entry: 'src/gateway/main.ts', outfile: 'gateway/gateway.cjs' },
]

/** Files that go into the gateway's image beside its program. */
const GATEWAY_FILES = [
  'src/gateway/Dockerfile',
  'src/gateway/entry.sh',
  ...['src/workspace', 'src/sandbox', 'src/github'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.sh'))
      .map((name) => `${folder}/${name}`),
  ),
]

/** Writes a complete dist tree to `folder`. */
export async function buildInto(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'gateway'), { recursive: true })
  for (const { entry, outfile, banner } of ENTRIES) {
    await build({
      absWorkingDir: ROOT,
      entryPoints: [entry],
      outfile: join(folder, outfile),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      // jsonc-parser's main is UMD, whose requires no bundler can follow.
      mainFields: ['module', 'main'],
      // A third of the Action's own start.
      alias: { '@actions/http-client': NO_CLIENT, '@actions/http-client/lib/auth': NO_CLIENT },
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'linked',
      ...(banner ? { banner: { js: banner } } : {}),
      logLevel: 'warning',
    })
  }
  // npm makes the command executable when it links it: a clone must not look changed after that.
  chmodSync(join(folder, 'cli.cjs'), 0o755)
  for (const file of GATEWAY_FILES) cpSync(join(ROOT, file), join(folder, 'gateway', file.split('/').at(-1) ?? file))
  vendorDevcontainersCli(join(folder, 'devcontainers-cli'))
}

function vendorDevcontainersCli(folder: string): void {
  const from = join(ROOT, 'node_modules/@devcontainers/cli')
  mkdirSync(join(folder, 'dist', 'spec-node'), { recursive: true })
  for (const file of ['devcontainer.js', 'package.json', 'LICENSE.txt', 'ThirdPartyNotices.txt']) {
    cpSync(join(from, file), join(folder, file))
  }
  cpSync(join(from, 'dist/spec-node/devContainersSpecCLI.js'), join(folder, 'dist/spec-node/devContainersSpecCLI.js'))
  cpSync(join(from, 'scripts'), join(folder, 'scripts'), { recursive: true })
  // The file's own type must not depend on the package.json around it.
  writeFileSync(join(dirname(folder), 'package.json'), '{ "type": "commonjs" }\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // A build that fails leaves the old one in place.
  const fresh = join(ROOT, 'node_modules', '.airlock-dist')
  await buildInto(fresh)
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
  renameSync(fresh, join(ROOT, 'dist'))
}
