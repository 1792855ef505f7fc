import { randomBytes } from 'node:crypto'
import { rmSync, type Stats } from 'node:fs'
import { access, constants, open, readlink, realpath, rename } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Output } from './openOutput.ts'
import { cantWrite, stoppedWriting } from './outputError.ts'

/** The most characters of a name that the unfinished file keeps: a name has 255 bytes, and a character up to four. */
const keptCharacters = 50

/**
 * A file, which is there when it's whole. A link stays one: what it leads to is replaced. A file that is replaced keeps
 * its permissions, and must be writable. Nothing unfinished is left if the process exits.
 * @param replaced the file that is there already.
 * @throws UsageError
 */
export async function toFile(path: string, replaced: Pick<Stats, 'mode'> | undefined): Promise<Output> {
  const refuse = (error: NodeJS.ErrnoException) => {
    throw cantWrite(path, error)
  }
  const target = await targetOf(path).catch(refuse)
  if (replaced) await access(target, constants.W_OK).catch(refuse)
  const suffix = `${randomBytes(4).toString('hex')}.part`
  const part = join(dirname(target), `${basename(target).slice(0, keptCharacters)}.${suffix}`)
  const remove = () => rmSync(part, { force: true })
  process.once('exit', remove)
  const file = await open(part, 'wx', replaced?.mode).catch((error) => {
    process.off('exit', remove)
    return refuse(error)
  })
  const stop = (error: NodeJS.ErrnoException) => {
    throw stoppedWriting(path, error)
  }
  const finish = async () => {
    if (replaced) await file.chmod(replaced.mode)
    await file.sync()
    await file.close()
    await rename(part, target)
    process.off('exit', remove)
  }
  return {
    file: path,
    write: (bytes) => file.writeFile(bytes).catch(stop),
    finish: () => finish().catch(stop),
    discard: () => {
      process.off('exit', remove)
      void file.close().catch(() => undefined)
      remove()
    },
  }
}

/** Where a path leads, also through links to what isn't there yet. */
async function targetOf(path: string): Promise<string> {
  const found = await realpath(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    const link = await readlink(path).catch(() => undefined)
    return link === undefined ? resolve(path) : targetOf(resolve(dirname(path), link))
  })
  return found
}
