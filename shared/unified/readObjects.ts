import { TimeLimitError, withTimeLimit } from '../clock.ts'
import { ClientLeftError } from '../domain/clientLeft.ts'
import type { TenantName } from '../domain/tenant.ts'
import { toFileProblem } from '../downloads/brokenFile.ts'
import { openDownload, type ReadDependencies } from '../downloads/openDownload.ts'
import { readRows } from '../downloads/readRows.ts'
import { invalidField, Problem } from '../problems.ts'
import { unifiedKinds } from './objects.ts'
import { readPage, type UnifiedPage } from './page.ts'
import { type AccountStores, readAccount, toRowAccount } from './readAccount.ts'
import { markOf, type UnifiedFile } from './startObjects.ts'

/** A page of a file's objects that an app wants. */
export interface WantedObjects {
  readonly handle: string
  readonly app: string
  readonly file: UnifiedFile
  readonly page: UnifiedPage
  /** Aborts when the reader leaves. */
  readonly left: AbortSignal
}

/** How far a file is. */
export type ReadObjects =
  | { readonly status: 'pending'; readonly retryAfterSeconds: number; readonly percent?: number | undefined }
  | { readonly status: 'objects'; readonly objects: readonly Record<string, unknown>[] }

/**
 * Reads a page of objects from a file, up to the page's last object.
 * @throws Problem, also if the file breaks off before that: a page is never shorter than it should be.
 */
export async function readObjects(
  dependencies: ReadDependencies & AccountStores,
  name: TenantName,
  { handle, app, file, page, left }: WantedObjects,
): Promise<ReadObjects> {
  const [sealed = '', mark] = handle.split('.')
  if (mark !== markOf(file))
    throw invalidField(
      'query',
      'handle',
      'was made for other parameters. Only `limit`, `offset`, `sort`, `order`, `query`, `fields`, and filters can change',
    )
  const opened = await openDownload(dependencies, name, { handle: sealed, app, left })
  if (opened.status === 'pending') return opened
  if (opened.status === 'address') throw unreadable(opened.reason, leftToApp)
  try {
    const { accountId } = opened
    const account = toRowAccount(accountId, await readAccount(dependencies, name, accountId))
    const owner = { tenant: name.tenant, account }
    const read = () => readPage(unifiedKinds[file.kind], readRows(opened), { page, owner })
    const objects = await withTimeLimit(dependencies.clock, pageSeconds, 'reading a page', read)
    return { status: 'objects', objects }
  } catch (error) {
    if (error instanceof TimeLimitError) throw unreadable('page_takes_too_long', tooFar)
    throw left.aborted ? new ClientLeftError() : toFileProblem(error)
  } finally {
    opened.close()
  }
}

/** The platform ends a call after 230 s, and Microsoft is asked before. */
const pageSeconds = 180

const download = '`POST /v1/tenants/{tenant}/downloads`'
const leftToApp = `The broker doesn’t read this file. ${download} gives your app Microsoft’s own address of it.`
const tooFar = `Reading up to the page’s end takes more than ${pageSeconds} s. Use ${download} instead.`

function unreadable(reason: string, detail: string): Problem {
  return new Problem('download_failed', { actor: 'app', detail, members: { reason } })
}
