// Runs the feature's install.sh by itself in a container, on the host's network: what it downloads from is on loopback.
import { join } from 'node:path'
import { type Done, dockerAsync, type FeatureImage, featureImage } from './feature-images.ts'
import { ROOT } from './steps.ts'

/** What stands in for the binary where only the way there matters. */
export const SCRIPT = '#!/bin/sh\necho "1.2.3 (Claude Code)"\n'

/** Lines for `after`. */
export const RUNS = 'claude --version; ls /usr/local/bin /usr/local/.claude* 2>/dev/null'
export const NOTHING_LEFT =
  'ls -A /usr/local/bin; ls -d /usr/local/.claude* 2>/dev/null; ls /etc/claude-code 2>/dev/null; true'

export interface Install {
  readonly image?: FeatureImage
  readonly options?: Readonly<Record<string, string>>
  /** Shell lines before and after the installer, which is what $INSTALL runs. */
  readonly before?: string
  readonly after?: string
  readonly args?: readonly string[]
}

export async function install({
  image = 'glibc',
  options = {},
  before = '',
  after = '',
  args = [],
}: Install): Promise<Done> {
  const env = Object.entries(options).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const script = `${before}\nsh /feature/install.sh; code=$?\n${after}\nexit $code`
  return dockerAsync([
    ...['run', '--rm', '--network', 'host', '--label', 'airlock.test=feature', '--tmpfs', '/scratch'],
    ...['--volume', `${join(ROOT, 'features/src/claude-code')}:/feature:ro`, ...env, ...args],
    ...[await featureImage(image), 'sh', '-c', script],
  ])
}
