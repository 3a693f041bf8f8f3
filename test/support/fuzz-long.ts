// `npm run fuzz [-- SECONDS]`: each property for that long, a minute unless told.
import { hold, PROPERTIES } from './fuzz.ts'

const seconds = Number(process.argv[2] ?? 60)
for (const [name, property] of Object.entries(PROPERTIES)) {
  process.stdout.write(`${name}: ${seconds} s\n`)
  hold(property, seconds * 1000)
}
process.stdout.write('nothing found\n')
