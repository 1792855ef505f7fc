import * as z from 'zod'
import { filterElements, filterKinds, filterWords } from './filterElements.ts'

/** A report's filter: the values that are wanted, by Microsoft's names of the elements. */
export const reportFilter = z
  .record(z.string(), z.array(z.string().min(1).max(256)).min(1).max(300))
  .describe(
    'Only what has one of these values, by the elements of Microsoft’s filter for the report: `{"CampaignStatus":["Active","Paused"]}`, for example. Numbers, `true`, and `false` are texts, too.',
  )

/** A filter that an app wants. */
export type ReportFilter = z.infer<typeof reportFilter>

/** What is wrong with a filter, and the place in it. */
export interface FilterFault {
  readonly path: readonly string[]
  readonly message: string
}

/** More would say nothing new, and could be made many times as long as the request. */
const mostFaults = 10

/** Finds what a report's filter can't have, at most ten faults. Each names what it can have. */
export function filterFaults(type: string, filter: ReportFilter): FilterFault[] {
  const listed = Object.hasOwn(filterElements, type) ? filterElements[type] : undefined
  if (listed === undefined) return [{ path: [], message: `isn’t known for the report ${type}` }]
  const known = listed.split(' ').filter(Boolean)
  const instead = known.length > 0 ? `. There are ${known.join(', ')}` : ', and no other'
  const faults = Object.entries(filter).flatMap(([element, values]) =>
    known.includes(element)
      ? valueFaults(type, element, values)
      : [{ path: [element], message: `isn’t an element of the filter of ${type}${instead}` }],
  )
  return faults.slice(0, mostFaults)
}

function valueFaults(type: string, element: string, values: readonly string[]): FilterFault[] {
  const path = [element]
  const words = wordsOf(type, element)
  const kind = filterKinds[element]
  if (words) {
    const other = values.find((value) => !words.includes(value))
    return other ? [{ path, message: `can’t be ${other}. It can be ${words.join(', ')}` }] : []
  }
  if (kind === 'boolean')
    return /^(true|false)$/.test(values.join()) ? [] : [{ path, message: 'must be ["true"] or ["false"]' }]
  if (kind && !values.every((value) => /^\d{1,19}$/.test(value)))
    return [{ path, message: kind === 'id' ? 'must be IDs' : 'must be whole numbers' }]
  return []
}

/** `Status` is that of the report's own level (reporting-service/{campaign,adgroup}performancereportfilter.md). */
function wordsOf(type: string, element: string): readonly string[] | undefined {
  const name = element === 'Status' ? `${type.replace('Performance', '')}Status` : element
  return filterWords[name]?.split(' ')
}

/** Microsoft's filter. Words are flags, which REST takes with commas. */
export function toFilter(type: string, filter: ReportFilter): object {
  return Object.fromEntries(
    Object.entries(filter).map(([element, values]) => [element, toElement(type, element, values)]),
  )
}

function toElement(type: string, element: string, values: readonly string[]): unknown {
  if (wordsOf(type, element)) return values.join(',')
  const kind = filterKinds[element]
  if (kind === 'boolean') return values[0] === 'true'
  return kind === 'number' ? values.map(Number) : values
}
