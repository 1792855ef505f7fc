import * as ast from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'
import { placeholder } from './azCalls.ts'

/** A literal of a source that has an `az` command in it. */
export interface CommandText {
  /** Relative to the root. */
  readonly file: string
  readonly text: string
}

/**
 * The literals with `az` commands in some folders: strings, templates, and lists of them that are joined. What a
 * template inserts is a placeholder, unless it is itself a literal, one of two, or a constant of the same file.
 * @param root the folder of `tsconfig.json`.
 */
export function commandTexts(root: string, folders: readonly string[]): CommandText[] {
  const api = new API({ cwd: root })
  try {
    const { program } = api.updateSnapshot({ openProject: `${root}/tsconfig.json` }).getProjects()[0]!
    return program.getSourceFileNames().flatMap((path) => {
      const file = path.slice(root.length + 1)
      if (!path.startsWith(root) || !folders.some((folder) => file.startsWith(`${folder}/`))) return []
      return textsIn(program.getSourceFile(path)!).map((text) => ({ file, text }))
    })
  } finally {
    api.close()
  }
}

type Constants = ReadonlyMap<string, ast.Node>

function textsIn(source: ast.Node): string[] {
  const constants = new Map<string, ast.Node>()
  visitAll(source, (node) => {
    if (ast.isVariableDeclaration(node) && node.initializer)
      constants.set(node.name.getText(), node.initializer)
    return true
  })
  const texts: string[] = []
  visitAll(source, (node) => {
    const own = textsOf(node, constants)
    texts.push(...(own ?? []).filter((text) => /\baz [a-z]/.test(text)))
    return own === undefined
  })
  return texts
}

/** @param enter whether the node's children are visited. */
function visitAll(node: ast.Node, enter: (node: ast.Node) => boolean): void {
  node.forEachChild((each): undefined => {
    if (enter(each)) visitAll(each, enter)
  })
}

/** The texts that a node can be; undefined if it isn't a text. */
function textsOf(node: ast.Node, constants: Constants): string[] | undefined {
  if (ast.isStringLiteral(node) || ast.isNoSubstitutionTemplateLiteral(node)) return [node.text]
  if (ast.isCallExpression(node)) return joined(node, constants)
  if (ast.isTemplateExpression(node))
    return node.templateSpans.reduce(
      (texts, { expression, literal }) =>
        insertable(expression, constants).flatMap((each) => texts.map((text) => text + each + literal.text)),
      [node.head.text],
    )
  if (!ast.isConditionalExpression(node)) return undefined
  const ways = [node.whenTrue, node.whenFalse].map((each) => textsOf(each, constants))
  return ways.includes(undefined) ? undefined : ways.flatMap((each) => each ?? [])
}

function insertable(expression: ast.Node, constants: Constants): string[] {
  const constant = ast.isIdentifier(expression) ? constants.get(expression.text) : expression
  return (constant && textsOf(constant, constants)) ?? [placeholder]
}

/** `['az …', …].join(' ')`. */
function joined({ expression, arguments: [separator] }: ast.CallExpression, constants: Constants) {
  if (!ast.isPropertyAccessExpression(expression) || expression.name.text !== 'join') return undefined
  const list = expression.expression
  if (!ast.isArrayLiteralExpression(list) || !separator || !ast.isStringLiteral(separator)) return undefined
  const texts = list.elements.map((each) => textsOf(each, constants)?.[0])
  return texts.includes(undefined) ? undefined : [texts.join(separator.text)]
}
