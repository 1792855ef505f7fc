import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What is made, and of what. */
export interface Recipe {
  /** The folder; nothing else writes to it. */
  readonly folder: string
  /** Every file that decides what is made. */
  readonly files: readonly string[]
  /** Whatever else decides it, such as a command's options. */
  readonly words?: readonly string[]
  make(): Promise<unknown>
}

/** Makes a folder's content, unless it was made from the same files and words before. */
export async function madeFrom({ folder, files, words = [], make }: Recipe): Promise<void> {
  const hash = createHash('sha256')
  for (const file of files) hash.update(await readFile(file))
  const wanted = hash.update(words.join('\n')).digest('hex')
  const stamp = join(folder, '.made-from')
  const found = await readFile(stamp, 'utf8').catch(() => undefined)
  if (found === wanted) return
  await rm(folder, { recursive: true, force: true })
  await make()
  await mkdir(folder, { recursive: true })
  await writeFile(stamp, wanted)
}
