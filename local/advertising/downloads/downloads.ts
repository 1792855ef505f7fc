import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createGzip } from 'node:zlib'
import type { Clock } from '../clock.ts'
import { createSpool, type Spool } from './spool.ts'
import { writeZip, type ZipShape } from './zip.ts'

/** An address lives so long, in Reporting and Bulk (reportrequeststatus; getbulkdownloadstatus). */
const addressSeconds = 300

/** A file that can be downloaded. */
export interface ReadyFile {
  readonly spool: Spool
  readonly contentType: string
}

/** Files and the addresses that were given out for them. */
export interface Downloads {
  /** Packs the text into a file that is on the disk, not in memory. */
  pack(name: string, text: Iterable<string>, packing: ZipShape | 'gzip'): Promise<ReadyFile>
  /** A new address below the URL of the service, with an id that only its owner knows. */
  address(serviceUrl: string, file: ReadyFile): string
  /** The file of an address, or why there is none. */
  find(id: string): ReadyFile | 'expired' | 'unknown'
}

/** Creates the store of files. Nobody signs in for a download: the address is enough (BingAds-PHP-SDK issue 123). */
export function createDownloads(clock: Clock): Downloads {
  const addresses = new Map<string, { readonly file: ReadyFile; readonly until: number }>()
  return {
    pack: async (name, text, packing) => {
      const spool = createSpool()
      if (packing === 'gzip') await writeGzip(spool, text)
      else await writeZip(spool, { name, text, shape: packing })
      return {
        spool,
        contentType: packing === 'gzip' ? 'application/x-gzip' : 'application/x-zip-compressed',
      }
    },
    address: (serviceUrl, file) => {
      const id = randomUUID()
      addresses.set(id, { file, until: clock.now().getTime() + addressSeconds * 1000 })
      return `${serviceUrl}/_downloads/file?id=${id}`
    },
    find: (id) => {
      const found = addresses.get(id)
      if (!found) return 'unknown'
      return found.until < clock.now().getTime() ? 'expired' : found.file
    },
  }
}

async function writeGzip(spool: Spool, text: Iterable<string>): Promise<void> {
  const packer = createGzip({ level: 1 })
  packer.on('data', (bytes: Buffer) => spool.write(bytes))
  const ended = once(packer, 'end')
  for (const piece of text) if (!packer.write(piece)) await once(packer, 'drain')
  packer.end()
  await ended
}
