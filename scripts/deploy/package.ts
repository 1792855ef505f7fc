import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { buildBundle } from '../bundle.ts'
import { publishedFiles } from '../publishedFiles.ts'
import { checksumsOf, toZip } from './zip.ts'

/** Builds a clone's package: what `.funcignore` lets through, and nothing else (`npm run check:published`). */
export function buildPackage(root: string): Buffer {
  const contents = publishedFiles.map((name): [string, Buffer] => [
    name,
    name === 'dist/broker.cjs' ? buildBundle(root).bytes : readFileSync(join(root, name)),
  ])
  return toZip(new Map(contents))
}

/** Whether an archive is whole and holds what runs. */
export function isPackage(archive: Buffer): boolean {
  const names = checksumsOf(archive)
  return names !== undefined && publishedFiles.every((name) => name === 'package.json' || names.has(name))
}

/** Whether two packages hold the same files. */
export function isSamePackage(one: Buffer, other: Buffer): boolean {
  const [first, second] = [checksumsOf(one), checksumsOf(other)]
  return first !== undefined && second !== undefined && isDeepStrictEqual(first, second)
}
