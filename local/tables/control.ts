import { z } from 'zod'
import { FaultList, strikeShape } from '../fault-list.ts'
import { RequestLog } from '../request-log.ts'
import { type TableOperation, type TableRequest, tableOperations } from './operations.ts'
import { refusalNames } from './refusals.ts'

/** The body of `POST /_control/faults`; see {@link TableFault}. */
export const tableFaultSchema = z.strictObject({
  ...strikeShape,
  operation: z.enum(tableOperations).optional(),
  table: z.string().optional(),
  /** Only partitions whose key begins so. */
  partition: z.string().optional(),
  kind: z.enum([...refusalNames, 'emptyPage', 'shortPage', 'slow', 'hang', 'cut', 'cutAfterEffect']),
  /** How long it takes before anything is done. Default is 0, and 5,000 for `slow`. */
  milliseconds: z.int().nonnegative().optional(),
  /** `shortPage`: how many entities it has. Default is 1. */
  rows: z.int().positive().default(1),
  /** The operation of a transaction that is refused. Default is the first, or the transaction as a whole. */
  index: z.int().nonnegative().optional(),
})

/**
 * A fault on demand. It strikes requests of `operation`, `table`, and `partition`; each of them is any when absent.
 * A refusal has the name of the service's code. `emptyPage` and `shortPage` strike lists only and end with a
 * continuation; `slow` only takes its time; `hang` never answers; `cut` closes the connection before anything is done,
 * `cutAfterEffect` when all is done but not answered.
 */
export type TableFault = z.infer<typeof tableFaultSchema>

/** The body of `POST /_control/settings`, which changes what it names. */
export const tableSettingsSchema = z
  .strictObject({
    latencyMilliseconds: z.int().nonnegative(),
    throttling: z.boolean(),
    entitiesPerSecond: z.int().positive(),
    beingDeletedSeconds: z.number().nonnegative(),
    clockAheadSeconds: z.number(),
  })
  .partial()

/** How the tables behave without any fault. */
export interface TableSettings {
  /** How long each request takes at least. Default is 0. */
  latencyMilliseconds: number
  /** Whether a partition that is asked for more than it takes is busy. Default is false. */
  throttling: boolean
  /** What a partition takes. Default is 2,000 (storage/tables/scalability-targets). */
  entitiesPerSecond: number
  /** How long a deleted table's name stays taken. Default is 40 (rest/api/storageservices/delete-table). */
  beingDeletedSeconds: number
  /** How far the service's clock is ahead of this machine's; negative when it's behind. Default is 0. */
  clockAheadSeconds: number
}

/** One request; never an entity's properties. */
export interface LoggedTableRequest extends TableRequest {
  /** ISO 8601. */
  readonly at: string
  /** Which fault struck, or `throttled`. */
  fault?: TableFault['kind'] | 'throttled'
  /** The answer's status; absent while there is no answer, for good when the connection was cut. */
  status?: number
}

/** What tests do to the tables and learn from them. */
export class TableControl {
  readonly faults = new FaultList<TableFault, TableRequest>(isStruck)
  readonly faultSchema = tableFaultSchema
  readonly settings: TableSettings = {
    latencyMilliseconds: 0,
    throttling: false,
    entitiesPerSecond: 2000,
    beingDeletedSeconds: 40,
    clockAheadSeconds: 0,
  }
  readonly settingsSchema = tableSettingsSchema as z.ZodType<Partial<TableSettings>>
  readonly log = new RequestLog<LoggedTableRequest>()
}

function isStruck(fault: TableFault, { operation, table, partition = '' }: TableRequest): boolean {
  return (
    isOperationStruck(fault, operation) &&
    (fault.table ?? table) === table &&
    partition.startsWith(fault.partition ?? '')
  )
}

function isOperationStruck({ kind, operation }: TableFault, asked: TableOperation): boolean {
  const isPage = kind === 'emptyPage' || kind === 'shortPage'
  return operation === undefined ? !isPage || asked === 'list' : operation === asked
}
