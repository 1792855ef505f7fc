import { open } from 'node:fs/promises'
import type { Output } from './openOutput.ts'
import { cantWrite, stoppedWriting } from './outputError.ts'

/**
 * What is there already, and no file: a device, or a named pipe. It's neither created, replaced, nor cut.
 * @throws UsageError
 */
export async function toDevice(path: string): Promise<Output> {
  const device = await open(path, 'a').catch((error) => {
    throw cantWrite(path, error)
  })
  const refuse = (error: NodeJS.ErrnoException) => {
    throw error.code === 'EPIPE' ? error : stoppedWriting(path, error)
  }
  return {
    file: path,
    write: (bytes) => device.writeFile(bytes).catch(refuse),
    finish: () => device.close().catch(refuse),
    discard: () => void device.close().catch(() => undefined),
  }
}
