import type { AdvertisingError } from './advertisingError.ts'

/** The contents found in parsed JSON. */
export interface ReadJson {
  readonly isFault: boolean
  /** Whether its errors concern single items of a call that otherwise succeeded. */
  readonly isPartial: boolean
  readonly errors: readonly AdvertisingError[]
  readonly trackingId: string
  /** The status of a failed report or bulk job, for example `FailedFullSyncRequired`; empty otherwise. */
  readonly failedJob: string
}

/** An object's members by their names in lower case, because tools differ in case. */
type Members = Readonly<Record<string, unknown>>

/**
 * The lists in which Microsoft's fault types list their errors: AdApiFaultDetail; ApiFault; ApiFaultDetail and
 * ApiBatchFault; EditorialApiFaultDetail.
 */
const faultLists = ['errors', 'operationerrors', 'batcherrors', 'editorialerrors']
/** The errors of single items in an answer with status 200 (guides/handle-service-errors-exceptions). */
const partialLists = ['partialerrors', 'nestedpartialerrors']
const allLists = [...faultLists, ...partialLists]
/** Names of a list's elements in JSON that was converted from XML. */
const elementNames = ['adapierror', 'operationerror', 'batcherror', 'editorialerror', 'batcherrorcollection']

/** Limits on the depth and the number of searched objects. A wrapped fault is near the top. */
const maxDepth = 6
const maxObjects = 2_000

/** Reads the errors from parsed JSON at any depth. Never throws; linear in the body's size. */
export function readFaultJson(json: unknown): ReadJson {
  const root = Array.isArray(json) ? { errors: json } : json
  const found = objectsOf(root)
  const fault = found.find(isFaultRecord) ?? found.find(isSingleError)
  const failedJob = found.map(failedJobOf).find((status) => status !== '') ?? ''
  if (!fault) return { isFault: false, isPartial: false, errors: [], trackingId: '', failedJob }
  const listed = allLists.flatMap((name) => elementsOf(fault[name]).flatMap(readError))
  // The upload service puts its error next to the tracking id (guides/bulk-download-upload.md, step 4).
  const errors = listed.length === 0 && isSingleError(fault) ? readError(fault) : listed
  const trackingId = textOf(fault.trackingid) || textOf(found.find((one) => one.trackingid)?.trackingid)
  return { isFault: true, isPartial: isPartial(fault), errors, trackingId, failedJob }
}

/**
 * Every object in a value, with its members' names in lower case. Breadth first, so the outermost fault is found;
 * elements of error lists are skipped.
 */
export function objectsOf(root: unknown): Members[] {
  const found: Members[] = []
  let level: unknown[] = [root]
  for (let depth = 0; depth < maxDepth && level.length > 0; depth += 1) {
    const next: unknown[] = []
    for (const value of level) {
      if (found.length >= maxObjects) return found
      if (typeof value !== 'object' || value === null) continue
      if (Array.isArray(value)) {
        for (const one of value.slice(0, maxObjects)) next.push(one)
        continue
      }
      const members = toMembers(value)
      found.push(members)
      for (const [name, member] of Object.entries(members)) if (!allLists.includes(name)) next.push(member)
    }
    level = next
  }
  return found
}

function isFaultRecord(members: Members): boolean {
  if (typeof members.trackingid === 'string') return true
  return allLists.some((name) =>
    elementsOf(members[name]).some((one) => {
      const { code, errorcode, batcherrors } = toMembers(one)
      return [code, errorcode, batcherrors].some((member) => member !== undefined)
    }),
  )
}

/** A single error, as a tool logs it. */
function isSingleError(members: Members): boolean {
  return 'errorcode' in members && 'code' in members
}

/** A fault has a type or the errors of the call itself; an answer has only errors of its items. */
function isPartial(fault: Members): boolean {
  if (/fault/i.test(textOf(fault.type))) return false
  const hasErrors = (name: string) => elementsOf(fault[name]).some((one) => one !== null)
  if (hasErrors('errors') || hasErrors('operationerrors')) return false
  return [...partialLists, 'batcherrors'].some(hasErrors)
}

/** `Status` of a report (`ReportRequestStatusType`), `RequestStatus` of a bulk job (getbulk{download,upload}status). */
function failedJobOf(members: Members): string {
  const status = textOf(members.requeststatus) || textOf(members.status)
  const isJob = 'requeststatus' in members || 'reportdownloadurl' in members
  if (/^(?:Failed\w{0,40}|UploadFile(?:RowCountExceeded|FormatNotSupported))$/.test(status)) {
    return isJob || status !== 'Failed' ? status : ''
  }
  return status === 'Error' && isJob ? status : ''
}

function readError(error: unknown): AdvertisingError[] {
  if (typeof error !== 'object' || error === null) return []
  const members = toMembers(error)
  const inner = ['batcherrors', 'editorialerrors'].flatMap((name) =>
    elementsOf(members[name]).flatMap(readError),
  )
  const { code, errorcode, message, detail, details } = members
  if (code === undefined && errorcode === undefined && inner.length > 0) return inner
  return [
    {
      ...codeOf(code),
      errorCode: textOf(errorcode) || (isCode(code) ? '' : textOf(code)),
      message: textOf(message),
      detail: textOf(detail ?? details),
    },
    ...inner,
  ]
}

/** A list's elements: from an array, from an object converted from XML, or a single one. */
function elementsOf(list: unknown): readonly unknown[] {
  if (Array.isArray(list)) return list
  if (typeof list !== 'object' || list === null) return []
  const members = toMembers(list)
  const inner = elementNames.flatMap((name) => {
    const element = members[name]
    if (Array.isArray(element)) return element
    return element === undefined || element === null ? [] : [element]
  })
  return inner.length > 0 || !('code' in members || 'errorcode' in members) ? inner : [list]
}

function codeOf(value: unknown): { code?: number } {
  return isCode(value) ? { code: Number(value) } : {}
}

function isCode(value: unknown): boolean {
  return typeof value === 'number'
    ? Number.isInteger(value)
    : typeof value === 'string' && /^\d{1,9}$/.test(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}

function toMembers(value: unknown): Members {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]))
}
