import { createRequire } from 'node:module'
import { filledColumns } from './columns.ts'

interface List<T> {
  readonly Count: number
  getItem(index: number): T
}
type Create = new (...args: readonly unknown[]) => object

/** The little that is used of Microsoft's own parser, which is C# compiled to JavaScript and sets a global. */
interface Kusto {
  readonly Language: {
    readonly Symbols: {
      readonly TableSymbol: { readonly $ctor7: Create }
      readonly DatabaseSymbol: { readonly $ctor2: Create }
    }
    readonly GlobalState: { readonly Default: { WithDatabase(database: object): object } }
    readonly KustoCode: {
      ParseAndAnalyze(
        text: string,
        globals: object,
      ): { GetDiagnostics(): List<{ readonly Severity: string; readonly Message: string }> }
    }
  }
}

const load = createRequire(import.meta.url)
load('@kusto/language-service-next/bridge.min.js')
load('@kusto/language-service-next/Kusto.Language.Bridge.min.js')
const { Language } = (globalThis as unknown as { Kusto: Kusto }).Kusto
const tables = Object.entries(filledColumns).map(
  ([name, schema]) => new Language.Symbols.TableSymbol.$ctor7(name, schema, ''),
)
const globals = Language.GlobalState.Default.WithDatabase(
  new Language.Symbols.DatabaseSymbol.$ctor2('telemetry', '', tables),
)

/**
 * The errors that Microsoft's parser finds in a query over the columns that have content. Its warnings and suggestions,
 * such as a bracket around a word that could become a keyword, refuse no query.
 */
export function diagnose(query: string): string[] {
  const found = Language.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics()
  const all = Array.from({ length: found.Count }, (_, index) => found.getItem(index))
  return all.filter(({ Severity }) => Severity === 'Error').map(({ Message }) => Message)
}
