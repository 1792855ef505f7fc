import { shellCommands } from './shellCommands.ts'

/** A word whose value isn't known. */
export const placeholder = '$PLACEHOLDER'

/**
 * The arguments of each `az` in a piece of shell. `<a placeholder>` is one word, and `xargs` adds one. A word
 * `${name+…}` may be none, and is left out.
 */
export function azCalls(shell: string): string[][] {
  return shellCommands(shell.replaceAll(/<[A-Za-z][^<>\n]*>/g, placeholder)).flatMap((words) => {
    const at = words.indexOf('az')
    if (at < 0) return []
    const own = words.slice(at + 1).filter((word) => !/^\$\{[\w[\]@]+:?\+/.test(word))
    return [[...own, ...(words[0] === 'xargs' ? [placeholder] : [])]]
  })
}

/** The arguments of each `az` in the code of a page: in its blocks, and in its spans. */
export function azCallsOfPage(page: string): string[][] {
  const blocks: string[] = []
  const prose = page.replaceAll(/^ *```[^\n]*\n([\s\S]*?)^ *```$/gm, (_, block) => {
    blocks.push(block)
    return ''
  })
  const spans = [...prose.matchAll(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g)].map(([, , span = '']) =>
    span.replaceAll(String.raw`\|`, '|'),
  )
  // `az` alone is the program's name.
  return [...blocks, ...spans].flatMap(azCalls).filter((words) => words.length > 0)
}

/** The scripts of a workflow: what follows `run:`, on its line or indented under it. */
export function scriptsOfWorkflow(workflow: string): string[] {
  const lines = /^( *)(?:- )?run: (?:\|\n((?:\1 +[^\n]*\n|\n)+)|([^|\n][^\n]*))/gm
  return [...workflow.matchAll(lines)].map(([, , block, line]) => block ?? line ?? '')
}
