/** A column's value as Table Storage keeps it; a type that JSON lacks is named (`DateTime`, `Int64`, `Guid`, `Binary`). */
export type SavedValue = string | number | boolean | { readonly type: string; readonly value: string }

/** A row in a backup: one line of JSON. */
export interface SavedRow {
  readonly partitionKey: string
  readonly rowKey: string
  /** When storage last wrote it, by its own clock. */
  readonly timestamp: string
  readonly columns: Readonly<Record<string, SavedValue>>
}

/** What the service and the SDK add to a row. */
const ownOfTheService: ReadonlySet<string> = new Set(['partitionKey', 'rowKey', 'timestamp', 'etag'])

/**
 * Reads a row that was listed with `disableTypeConversion`, so that a column of any version keeps its type. A Double that
 * is a whole number becomes an Int32, because JSON doesn't tell them apart; the broker writes none.
 */
export function toSavedRow(entity: Readonly<Record<string, unknown>>): SavedRow {
  const columns = Object.entries(entity)
    .filter(([name]) => !ownOfTheService.has(name) && !name.startsWith('odata.'))
    .map(([name, value]) => [name, toSavedValue(value as { type: string; value: unknown })] as const)
  const { partitionKey, rowKey, timestamp } = entity as Record<string, string>
  return {
    partitionKey: partitionKey ?? '',
    rowKey: rowKey ?? '',
    timestamp: timestamp ?? '',
    columns: Object.fromEntries(columns),
  }
}

function toSavedValue({ type, value }: { readonly type: string; readonly value: unknown }): SavedValue {
  switch (type) {
    case 'String':
      return String(value)
    case 'Boolean':
      return String(value) === 'true'
    case 'Int32':
      return Number(value)
    default:
      return { type, value: String(value) }
  }
}
