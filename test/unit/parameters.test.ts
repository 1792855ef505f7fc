import { join } from 'node:path'
import * as ast from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

/** What is there may stay; a new function takes an object. Lower this with each one that goes. */
const most = 71

/** `file: name` of each function, method and function type of some folders with more than three parameters. */
function longParameterLists(folders: readonly string[]): string[] {
  const api = new API({ cwd: root })
  try {
    const project = api.updateSnapshot({ openProject: join(root, 'tsconfig.json') }).getProjects()[0]!
    const beginnings = folders.map((folder) => `${root}/${folder}/`)
    return project.program
      .getSourceFileNames()
      .filter((file) => beginnings.some((beginning) => file.startsWith(beginning)))
      .flatMap((file) => {
        const source = project.program.getSourceFile(file)!
        return longOnes(source).map((name) => `${file.slice(root.length + 1)}: ${name}`)
      })
  } finally {
    api.close()
  }
}

function longOnes(node: ast.Node): string[] {
  const found: string[] = []
  const visit = (each: ast.Node): undefined => {
    const { parameters, name } = each as ast.Node & { parameters?: ast.NodeArray<ast.Node>; name?: ast.Node }
    if (parameters && parameters.length > 3) found.push(name?.getText() ?? ast.SyntaxKind[each.kind])
    each.forEachChild(visit)
  }
  visit(node)
  return found
}

test('functions take at most three parameters or an object, except existing ones', () => {
  const found = longParameterLists(['shared', 'functions'])
  expect(found).not.toEqual([])
  expect(found.length, found.join('\n')).toBeLessThanOrEqual(most)
})
