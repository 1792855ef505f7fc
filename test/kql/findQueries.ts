const table =
  /^(?:traces|requests|dependencies|exceptions|customMetrics|AzureDiagnostics|Storage\w+Logs)\s*\\?\|/

/** The queries of a page: its blocks of Kusto, and code spans that start with a table and a pipe. */
export function findQueries(page: string): string[] {
  const blocks = [...page.matchAll(/```kusto\n([\s\S]*?)```/g)].map(([, block = '']) => block)
  const rest = page.replaceAll(/```[\s\S]*?```/g, '')
  const spans = [...rest.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  // A pipe in a table's cell is escaped.
  return [...blocks, ...spans.filter((span) => table.test(span)).map((span) => span.replaceAll('\\|', '|'))]
}
