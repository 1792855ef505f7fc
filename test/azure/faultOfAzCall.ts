import { documentedCommands, documentedOptions, type Option } from './documented.ts'
import { isOption, splitOptions } from './splitOptions.ts'

/**
 * What the Azure CLI would refuse in a call: an unknown command or option, too few or too many values, a value that
 * isn't one of the accepted ones, a missing option. Undefined if there is nothing.
 * A word `…` stands for what a page leaves out, and a command alone is its name; then nothing is missing.
 * @param words the arguments of `az`.
 * @param isProse whether words that belong to the sentence around it may follow. Default is no.
 */
export function faultOfAzCall(words: readonly string[], isProse = false): string | undefined {
  const bare = words.slice(0, words.findIndex((word) => word.startsWith('-') || word === '…') >>> 0)
  const command = findCommand(bare)
  const options = documentedOptions(command)
  const isGroup = documentedCommands.some((name) => name.startsWith(`${bare.join(' ')} `))
  if (words[bare.length] === '…' && isGroup) return undefined
  if (!options) return `az ${bare.join(' ')} isn’t in documentedOptions.json`
  const stray = bare[command.split(' ').length]
  if (stray !== undefined && !isProse) return `az ${command}: ${stray} is a stray word`
  const fault = faultOfArguments(words.slice(bare.length), options, isProse)
  return fault && `az ${command}: ${fault}`
}

/** The longest command at the beginning of some words, without the comma or the period of a sentence. */
function findCommand(bare: readonly string[]): string {
  const beginnings = bare.map((_, at) =>
    bare
      .slice(0, at + 1)
      .join(' ')
      .replace(/[.,:]$/, ''),
  )
  return beginnings.findLast((each) => documentedCommands.includes(each)) ?? ''
}

function faultOfArguments(
  args: readonly string[],
  options: readonly Option[],
  isProse: boolean,
): string | undefined {
  const given = new Set<Option>()
  for (const [name, ...values] of splitOptions(args)) {
    // Before the first option can only be a `…`, or words of a sentence.
    if (!isOption(name)) continue
    const option = options.find(({ spellings }) => spellings.includes(name))
    if (!option) return `${name} isn’t an option`
    const fault = faultOfValues(option, values, isProse)
    if (fault) return `${name} ${fault}`
    given.add(option)
  }
  const isShortened = args.length === 0 || args.includes('…')
  return isShortened ? undefined : faultOfMissing(options, given)
}

function faultOfValues(
  { values: kind, choices }: Option,
  values: readonly string[],
  isProse: boolean,
): string | undefined {
  const least = kind === 'one' || kind === 'list' ? 1 : 0
  const most = { none: 0, optional: 1, one: 1, list: Number.POSITIVE_INFINITY }[kind]
  if (values.length < least) return 'needs a value'
  if (values.length > most && !isProse) return `doesn’t take ${values[most]}`
  const [value = ''] = values
  const isKnown = !choices || value.includes('$') || choices.some((each) => equal(each, value))
  return isKnown ? undefined : `doesn’t accept ${value}`
}

/** The CLI compares accepted values without regard to case. */
const equal = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()

function faultOfMissing(options: readonly Option[], given: ReadonlySet<Option>): string | undefined {
  const hasId = [...given].some(({ spellings }) => spellings.includes('--id') || spellings.includes('--ids'))
  const missing = options.find(
    (option) =>
      !given.has(option) && (option.required === 'always' || (option.required === 'unlessId' && !hasId)),
  )
  return missing && `${missing.spellings.find((each) => each.startsWith('--'))} is missing`
}
