import { rm } from 'node:fs/promises'
import { dataFolder } from './settings.ts'

await rm(dataFolder, { recursive: true, force: true })
console.log(
  'The local stack’s data is gone: tables, vaults, sign-ins, certificate. `npm start` starts again.',
)
