/** A test of a run. */
export interface RunTest {
  /** Its file below `test/`, without its ending. */
  readonly file: string
  /** Its own title and those of its groups, as they were shown. */
  readonly titles: readonly string[]
  /** Whether it was executed, with whatever end. */
  readonly ran: boolean
}

/** Folders whose tests are skipped where a browser or the firewall can't be had; CI has both. */
const optional = /^(?:browser|front)\//

/**
 * The tests that pages name, and of which no test ran: because they were skipped, filtered out, or renamed.
 * @param named each `file: title`, or the beginning of the title, of a test or of a group. A title can have its
 *   placeholders (`%s`, `$name`, or a template's), which stand for any text.
 */
export function findUnrunTests(named: Iterable<string>, run: readonly RunTest[]): string[] {
  const byFile = Map.groupBy(run, ({ file }) => file)
  return [...new Set(named)].filter((name) => {
    const [, file = '', title = ''] = /^([^:]+): (.+)$/s.exec(name) ?? []
    const pattern = toPattern(title)
    const counted = (byFile.get(file) ?? []).filter(({ ran }) => ran || optional.test(file))
    return !counted.some(({ titles }) => titles.some((each) => pattern.test(each)))
  })
}

/** A placeholder of `test.each` (`%s`, `%.12s`, `$name`), or of a template (`${name}`). */
const placeholder = /%[\d.]*[sdifjoOc#$]|\$\{[^}]*\}|\$[A-Za-z_][\w.]*/

function toPattern(title: string): RegExp {
  return new RegExp(title.split(placeholder).map(RegExp.escape).join('[\\s\\S]*'))
}
