import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** The provider library's record of a code, token, grant, session, or interaction, with our few additions. */
export interface StoredRecord {
  readonly accountId?: string | undefined
  readonly clientId?: string | undefined
  readonly grantId?: string | undefined
  readonly scope?: string | undefined
  readonly redirectUri?: string | undefined
  /** How the person signed in: `pwd`, `mfa` (RFC 8176). */
  readonly amr?: string[] | undefined
  readonly uid?: string | undefined
  /** When it expires, in seconds since 1970. */
  readonly exp?: number | undefined
  /** When it was spent, in seconds since 1970. */
  readonly consumed?: number | undefined
  /** The tenant path that issued a code, which must be redeemed there, or a refresh token. */
  readonly tenantPath?: string | undefined
  /** The refresh token was revoked through the control endpoint. */
  readonly revoked?: boolean | undefined
  /** Google: this code includes a refresh token. */
  readonly offline?: boolean | undefined
  readonly [name: string]: unknown
}

/** A sign-in's records, by model and id. */
export interface Store {
  get(model: string, id: string): StoredRecord | undefined
  put(model: string, id: string, record: StoredRecord): void
  delete(model: string, id: string): void
  /** Every record of a model with its id. */
  entries(model: string): [string, StoredRecord][]
}

type Line = readonly [model: string, id: string, record: StoredRecord | null]

/**
 * Creates a store in memory. With `dataFile` it is also written to an append-only file, one change per line,
 * from which the next store starts; an incomplete last line is skipped.
 */
export function createStore(dataFile?: string): Store {
  const models = new Map<string, Map<string, StoredRecord>>()
  const modelOf = (model: string) => {
    const records = models.get(model) ?? new Map<string, StoredRecord>()
    models.set(model, records)
    return records
  }
  const apply = ([model, id, record]: Line) =>
    record ? void modelOf(model).set(id, record) : void modelOf(model).delete(id)

  if (dataFile) {
    readLines(dataFile).forEach(apply)
    compact(dataFile, models)
  }
  const change = (line: Line) => {
    apply(line)
    if (dataFile) appendFileSync(dataFile, toText(line))
  }
  return {
    get: (model, id) => modelOf(model).get(id),
    put: (model, id, record) => change([model, id, record]),
    delete: (model, id) => change([model, id, null]),
    entries: (model) => [...modelOf(model)],
  }
}

function readLines(dataFile: string): Line[] {
  if (!existsSync(dataFile)) return []
  const text = readFileSync(dataFile, 'utf8')
  const wholeLines = text.slice(0, text.lastIndexOf('\n') + 1)
  return wholeLines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
}

function compact(dataFile: string, models: ReadonlyMap<string, ReadonlyMap<string, StoredRecord>>): void {
  const now = Date.now() / 1000
  const lines = [...models].flatMap(([model, records]) =>
    [...records]
      .filter(([, record]) => (record.exp ?? Number.POSITIVE_INFINITY) > now)
      .map(([id, record]): Line => [model, id, record]),
  )
  mkdirSync(dirname(dataFile), { recursive: true })
  writeFileSync(`${dataFile}.tmp`, lines.map(toText).join(''), { mode: 0o600 })
  renameSync(`${dataFile}.tmp`, dataFile)
}

const toText = (line: Line) => `${JSON.stringify(line)}\n`
