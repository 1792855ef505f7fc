import { readFileSync } from 'node:fs'

/**
 * How many values an option takes. Microsoft's pages don't say it of every option; where they don't, it takes one,
 * except for the flags `--no-pretty-print`, `--no-restore`, `--service-principal`, `--show-next-marker`, `--stdout`,
 * and `--yes`, and for the list `--parameters` of a deployment.
 */
export type Values = 'none' | 'optional' | 'one' | 'list'

/** One option of a command. */
export interface Option {
  /** All of its spellings, with their dashes. */
  readonly spellings: readonly string[]
  readonly values: Values
  /** The accepted values, if Microsoft's page lists them. */
  readonly choices?: readonly string[]
  /** `unlessId`: `--id` or `--ids` replaces it. */
  readonly required: 'always' | 'unlessId' | 'never'
}

interface Entry {
  readonly required?: string
  /**
   * The page says "Required if --id is not specified", or `--ids` is the other way to name a resource. The resource
   * group of a storage account isn't among them: the CLI finds it by the account's name (storage/_params.py).
   */
  readonly requiredWithoutId?: string
  readonly options?: string
}

/**
 * The part of the Azure CLI's reference that we use, without the policy arguments, which many commands share.
 * Its notation: `--name|-n=` takes a value, `=?` perhaps one, `=+` several, `={a,b}` one of these; others take none.
 */
const { everywhere, commands } = JSON.parse(
  readFileSync(new URL('documentedOptions.json', import.meta.url), 'utf8'),
) as { everywhere: string; commands: Record<string, Entry> }

/** The names of all commands in the table. */
export const documentedCommands: readonly string[] = Object.keys(commands)

/** The options of a command, as Microsoft documents them; undefined for an unknown one. */
export function documentedOptions(command: string): readonly Option[] | undefined {
  if (!Object.hasOwn(commands, command)) return undefined
  const { required, requiredWithoutId, options } = commands[command]!
  return [
    ...parse(required, 'always'),
    ...parse(requiredWithoutId, 'unlessId'),
    ...parse(options, 'never'),
    ...parse(everywhere, 'never'),
  ]
}

const kinds: Readonly<Record<string, Values>> = { '': 'none', '=': 'one', '=?': 'optional', '=+': 'list' }

function parse(notation = '', required: Option['required']): Option[] {
  const words = notation.split(' ').filter((word) => word !== '')
  return words.map((word) => {
    const [, names = '', kind = ''] = /^([^=]+)(.*)$/.exec(word) ?? []
    const choices = /^=\{(.*)\}$/.exec(kind)?.[1]?.split(',')
    return {
      ...{ spellings: names.split('|'), values: kinds[kind] ?? 'one', required },
      ...(choices && { choices }),
    }
  })
}
