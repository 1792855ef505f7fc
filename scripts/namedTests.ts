/** A test that a page names: its file below `test/`, and its title or its group's. */
const namedTest =
  /`((?:unit|contract|end-to-end|simulation|attacks|browser|front)\/[\w-]{1,80}): ([^`]{1,200})`/g

/** Each `file: title` that a text names. */
export function testsNamedIn(text: string): string[] {
  return [...text.matchAll(namedTest)].map(([, file = '', title = '']) => `${file}: ${title}`)
}

/**
 * The tests that a page names and that don't exist.
 * @param readTest returns the text of a file below `test/`, without its ending; undefined if there is none.
 */
export function faultsOfNamedTests(page: string, readTest: (file: string) => string | undefined): string[] {
  return [...page.matchAll(namedTest)].flatMap(([, file = '', title = '']) => {
    const text = readTest(file)
    if (text === undefined) return [`test/${file}.test.ts does not exist`]
    return isTitle(text, title) ? [] : [`test/${file}.test.ts has no test or group “${title}”`]
  })
}

/** A title is a whole string of the file, in single quotes or backticks, as the formatter writes it. */
function isTitle(text: string, title: string): boolean {
  return [`'${title.replaceAll("'", "\\'")}'`, `\`${title}\``, `"${title}"`].some((quoted) =>
    text.includes(quoted),
  )
}
