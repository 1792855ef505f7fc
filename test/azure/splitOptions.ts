/** Whether a word is the name of an option. */
export const isOption = (word: string): boolean => /^--?[a-z]/.test(word)

/**
 * Each option with its values, `--name=value` too. Words before the first option are a group of their own, and `…`
 * is left out after an option.
 */
export function splitOptions(args: readonly string[]): [string, ...string[]][] {
  const groups: [string, ...string[]][] = []
  for (const word of args) {
    const [, name, value] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? []
    if (name !== undefined && value !== undefined) groups.push([name, value])
    else if (isOption(word) || groups.length === 0) groups.push([word])
    else if (word !== '…') groups.at(-1)?.push(word)
  }
  return groups
}
