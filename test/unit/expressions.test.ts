import { join } from 'node:path'
import * as ast from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'
import { describe, expect, test } from 'vitest'
import { findSuperlinear } from './superlinear.ts'

const root = join(import.meta.dirname, '..', '..')

/** Each regular expression of the deployed code, with its file; and the files that make one of a text. */
function expressionsOf(folders: readonly string[]) {
  const api = new API({ cwd: root })
  const literals: { readonly file: string; readonly text: string }[] = []
  const made = new Set<string>()
  try {
    const { program } = api.updateSnapshot({ openProject: join(root, 'tsconfig.json') }).getProjects()[0]!
    for (const name of program.getSourceFileNames()) {
      const file = name.slice(root.length + 1)
      if (!name.startsWith(`${root}/`) || !folders.includes(file.split('/')[0] ?? '')) continue
      const visit = (node: ast.Node): undefined => {
        if (node.kind === ast.SyntaxKind.RegularExpressionLiteral)
          literals.push({ file, text: node.getText() })
        if (/^new RegExp\(/.test(node.getText()) && node.kind === ast.SyntaxKind.NewExpression) made.add(file)
        node.forEachChild(visit)
      }
      visit(program.getSourceFile(name)!)
    }
    return { literals, made: [...made].sort() }
  } finally {
    api.close()
  }
}

const { literals, made } = expressionsOf(['shared', 'functions'])

test('every regular expression takes at most linear time, whatever it reads', () => {
  expect(literals.length).toBeGreaterThan(100)
  const found = literals.flatMap(({ file, text }) => {
    const end = text.lastIndexOf('/')
    const faults = findSuperlinear(text.slice(1, end), text.slice(end + 1))
    return faults.length > 0 ? [`${file}: ${text}: ${faults.join(', ')}`] : []
  })
  expect(found).toEqual([])
})

test('the regular expressions that are made of a text are few, and read', () => {
  expect(made).toEqual([
    'shared/access/browser.ts',
    'shared/advertising/tokenErrorBody.ts',
    'shared/identity/clientAssertion.ts',
  ])
})

describe('the check of regular expressions', () => {
  test.each([
    ['(a+)+$', ['nested (a+)', 'restarts a']],
    ['x[^y]*y', ['restarts [^y]']],
    ['\\/+$', ['restarts \\/']],
    ['^\\s*(.*)\\s*$', ['twice \\s', 'twice .']],
    ['^a+(?:b|a)+c', ['twice a']],
    ['a+|b', []],
    ['(?<!\\/)\\/+$', []],
    ['<[^<>]*>', []],
    ['^[a-z]+\\.[a-z]+$', []],
    ['^[a-z]{2,}$', []],
  ])('%s: %s', (source, faults) => {
    expect(findSuperlinear(source, '')).toEqual(faults)
  })
})
