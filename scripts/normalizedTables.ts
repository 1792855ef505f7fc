import type { UnifiedField } from '../shared/unified/field.ts'
import { type UnifiedKindName, unifiedKinds } from '../shared/unified/objects.ts'
import { dimensionColumns, metricColumns } from '../shared/unified/report.ts'
import { code, table } from './markdown.ts'
import { normalizedNotes } from './normalizedNotes.ts'

/** The tables of docs/normalized.md, by their names: one for each kind of object, and one of the metrics. */
export const normalizedTables: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(
    (Object.keys(unifiedKinds) as UnifiedKindName[]).map((name) => [name, () => fieldsTable(name)]),
  ),
  metrics: () =>
    table(
      ['`type` or `dimension`', 'Microsoft’s column'],
      [...Object.entries(metricColumns), ...Object.entries(dimensionColumns)].map((names) => names.map(code)),
    ),
}

function fieldsTable(kind: UnifiedKindName): string {
  const rows = Object.entries(unifiedKinds[kind].fields).map(([name, field]) => {
    const note = normalizedNotes[kind][name]
    return [
      code(name),
      elementsOf(name, field),
      fitOf(field, note),
      [wordsOf(field), note].filter(Boolean).join(' '),
    ]
  })
  return table(['field', 'Microsoft’s element', 'fits', 'how, or why not'], rows)
}

function elementsOf(name: string, field: UnifiedField | null): string {
  if (name === 'metrics') return ''
  return field?.from.map(code).join(', ') ?? ''
}

function fitOf(field: UnifiedField | null, note: string | undefined): string {
  if (!field) return 'no'
  return field.words || note ? 'partly' : 'yes'
}

function wordsOf(field: UnifiedField | null): string {
  const words = Object.entries(field?.words ?? {})
  const listed = words.map(
    ([theirs, ours]) => `${code(theirs)} → ${ours === null ? 'null' : code(String(ours))}`,
  )
  return words.length > 0 ? `${listed.join(', ')}.` : ''
}
