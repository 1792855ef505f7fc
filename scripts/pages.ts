import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const passedOver = new Set(['node_modules', 'dist', '.git', '.local', '.artifacts'])

/** Finds every Markdown page of the repository. */
export async function findPages(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return passedOver.has(entry.name) ? [] : findPages(path)
      return entry.name.endsWith('.md') ? [path] : []
    }),
  )
  return found.flat().sort()
}
