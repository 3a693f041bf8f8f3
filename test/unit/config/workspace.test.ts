import { describe, expect, it } from 'vitest'
import { locateWorkspace, type WorkspaceBind } from '../../../src/config/workspace.ts'

const whole = (target: string): WorkspaceBind => ({ path: '', target })

// [name, binds, workspaceFolder, target, folder]
const CASES: readonly (readonly [string, readonly WorkspaceBind[], string | undefined, string, string])[] = [
  ['the mounted project', [whole('/workspace')], '/workspace', '/workspace', '/workspace'],
  ['a folder in the mounted project', [whole('/workspace')], '/workspace/api/', '/workspace', '/workspace/api'],
  ['no folder named', [whole('/app')], undefined, '/app', '/app'],
  ["the specification's default", [whole('/app')], '/', '/app', '/app'],
  ['no mount and no folder', [], undefined, '/workspaces/shop', '/workspaces/shop'],
  ['a folder without a mount', [], '/srv/app', '/srv/app', '/srv/app'],
  ['a folder below the default place', [], '/workspaces/shop/api', '/workspaces/shop', '/workspaces/shop/api'],
  ['a folder elsewhere than the mount', [whole('/app')], '/srv', '/app', '/app'],
  ['two mounts of the project', [whole('/a'), whole('/b')], '/b/x', '/b', '/b/x'],
  [
    'a mount of a part only',
    [{ path: 'src/php', target: '/var/www/html' }],
    '/var/www/html/public',
    '/workspaces/shop',
    '/workspaces/shop/src/php/public',
  ],
  [
    'the longest mount decides',
    [whole('/app'), { path: 'lib', target: '/app/vendor' }],
    '/app/vendor/x',
    '/app',
    '/app/lib/x',
  ],
  ['a name that only begins alike', [whole('/app')], '/application', '/app', '/app'],
]

describe('where the workspace is', () => {
  it.each(CASES)('%s', (_name, binds, wanted, target, folder) => {
    expect(locateWorkspace('/home/me/shop', binds, wanted)).toMatchObject({ target, folder })
  })

  it('says so when the named folder is not in the project', () => {
    expect(locateWorkspace('/home/me/shop', [whole('/app')], '/srv').note).toContain('/srv')
  })
})
