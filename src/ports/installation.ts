// Where airlock's own files lie: the same tree in a checkout, as an Action and from npm.
import { join } from 'node:path'

export interface Installation {
  /** Build context of the gateway's image. */
  readonly gatewayContext: string
  /** Source of the devcontainer feature that brings Claude Code. */
  readonly feature: string
  /** The vendored devcontainers CLI's entry script. */
  readonly devcontainersCli: string
}

/** @param root the folder that holds action.yml */
export function installation(root: string): Installation {
  return {
    gatewayContext: join(root, 'dist', 'gateway'),
    feature: join(root, 'features', 'src', 'claude-code'),
    devcontainersCli: join(root, 'dist', 'devcontainers-cli', 'devcontainer.js'),
  }
}
