import { code, page, table } from './markdown.ts'

/** A log event: its name, its meaning, its fields. */
interface LoggedEvent {
  readonly name: string
  readonly about: string
  readonly fields: readonly string[]
}

/**
 * Generates the page of log events from the text of `shared/domain/logEvents.ts`: its types and comments are the
 * catalog, and they don't exist at run time. An event without its own comment belongs to the previous one.
 */
export function eventsPage(source: string): string {
  const rows = readEvents(source).map(({ name, about, fields }) => [
    code(name),
    about,
    fields.map(code).join(', '),
  ])
  return page(
    'Log events',
    'shared/domain/logEvents.ts',
    'Every structured line of the broker is one JSON object with `event` and the fields below. Alerts and the workbook in `infra/` read these names. Lines that were written inside a trace also have its `trace_id` and `span_id`. No field ever contains a secret; `tenantKey` is the hash that is the tenant’s partition key.',
    table(['event', 'what it says', 'fields'], rows),
  )
}

function readEvents(source: string): LoggedEvent[] {
  const body = blockAfter(source, 'export interface LogEvents {')
  let about = ''
  const events: LoggedEvent[] = []
  for (const [whole, comment, name = '', type = ''] of body.matchAll(entry)) {
    if (comment !== undefined) about = comment.replace(/\s*\n\s*\*\s*/g, ' ').trim()
    if (whole && name) events.push({ name, about, fields: fieldsOf(source, type) })
  }
  return events
}

/** A comment, if there is one, then `'name': { … }` or `'name': Type`. */
const entry = /(?:\/\*\*[\s*]*([\s\S]*?)\*\/\s*)?'([\w.]+)':\s*(\{[^}]*\}|\w+)/g

function fieldsOf(source: string, type: string): string[] {
  const inner = type.startsWith('{') ? type.slice(1, -1) : blockAfter(source, `interface ${type} {`)
  const bare = inner.replace(/\/\*[\s\S]*?\*\//g, '')
  return [...bare.matchAll(/(?:readonly )?(\w+\??):\s*[^;\n}]+/g)].map(([, field = '']) => field)
}

function blockAfter(source: string, start: string): string {
  const from = source.indexOf(start)
  if (from < 0) throw new Error(`shared/domain/logEvents.ts has no "${start}"`)
  return source.slice(from + start.length, source.indexOf('\n}', from))
}
