// Whatever a repository has in its files: it is read or refused, never a crash and never silence. The long run of the
// same is `npm run fuzz`.
import { expect, it } from 'vitest'
import { hold, PROPERTIES } from '../../support/fuzz.ts'

it.each(Object.entries(PROPERTIES))('%s', (_name, property) => {
  expect(() => hold(property, 1_500)).not.toThrow()
})
