/**
 * Puts what is published into `.local/package`, and nothing else: `npm run build` ends with it, and azd, the plain path
 * and CI publish that folder. Its package.json names the bundle and asks for no package: all of them are in the bundle.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, '.local', 'package')
const { name, version, type, main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
cpSync(join(root, 'host.json'), join(target, 'host.json'))
cpSync(join(root, 'dist'), join(target, 'dist'), { recursive: true })
writeFileSync(join(target, 'package.json'), `${JSON.stringify({ name, version, type, main }, null, 2)}\n`)
