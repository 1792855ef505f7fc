import type { CommandLine } from './options.ts'

/** The usage of a command: how it's typed, and its options. */
export function usageOf(
  name: string,
  { argument, options, page = 'docs/commands.md', required = [] }: CommandLine,
): string {
  const { help: _, ...own } = options
  const lines = Object.entries(own).map(([option, { type, multiple, default: unlessTold }]) => {
    const typed = `--${option}${type === 'string' ? ' <value>' : ''}`
    const notes = [
      required.includes(option) && 'required',
      multiple && 'repeatable',
      typeof unlessTold === 'string' && `${unlessTold} unless told`,
    ].filter(Boolean)
    return `  ${[typed, notes.join(', ')].filter(Boolean).join('  ')}`
  })
  return [
    `npm run ${name} -- ${[argument, '[options]'].filter(Boolean).join(' ')}`,
    ...lines,
    '  --help',
    `${page} explains them.`,
  ].join('\n')
}
