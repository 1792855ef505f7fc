import type * as z from 'zod'
import type { ResponseHeader } from './responseHeaders.ts'

/** An answer of an operation, as its route declares it. */
export interface Answer {
  /** `default` is any status that isn't named. */
  readonly status: number | 'default'
  readonly description: string
  /** The schema of its JSON. */
  readonly schema?: z.ZodType
  /**
   * Default is JSON if there is a schema, and otherwise nothing. `any` is what Microsoft Advertising answers; `rows` are
   * NDJSON or CSV, besides the JSON.
   */
  readonly content?: 'page' | 'any' | 'rows'
  readonly headers?: readonly ResponseHeader[]
  /** The name of the shared response that this is. Default is one of the operation's own. */
  readonly name?: string
}
