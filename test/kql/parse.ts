import { parseExpression } from './parseExpression.ts'
import type { Assignment, Definition, Expression, Operator, Pipeline, Query } from './syntax.ts'
import { Tokens } from './tokens.ts'

/**
 * Reads a query in the part of the Kusto Query Language that our alerts use.
 * @throws Error for everything else, so that no query is judged that isn't understood.
 */
export function parse(text: string): Query {
  const tokens = new Tokens(text)
  const definitions: Definition[] = []
  while (tokens.takeIf('let')) definitions.push(definition(tokens))
  const result = pipeline(tokens)
  if (tokens.next !== undefined) throw new Error(`not understood: ${tokens.next}`)
  return { definitions, result }
}

function definition(tokens: Tokens): Definition {
  const name = tokens.take()
  tokens.expect('=')
  const isScalar = tokens.takeIf('toscalar')
  if (isScalar) tokens.expect('(')
  const defined = { name, isScalar, pipeline: pipeline(tokens) }
  if (isScalar) tokens.expect(')')
  tokens.expect(';')
  return defined
}

function pipeline(tokens: Tokens): Pipeline {
  const sources = tokens.takeIf('union') ? tokens.list(() => tokens.take()) : [tokens.take()]
  const operators: Operator[] = []
  while (tokens.takeIf('|')) operators.push(operator(tokens))
  return { sources, operators }
}

function operator(tokens: Tokens): Operator {
  const is = tokens.take()
  const assignments = () => tokens.list(() => assignment(tokens))
  switch (is) {
    case 'where':
      return { is, condition: parseExpression(tokens) }
    case 'extend':
    case 'project':
      return { is, columns: assignments() }
    case 'summarize':
      return { is, columns: assignments(), by: tokens.takeIf('by') ? assignments() : [] }
    case 'distinct':
      return { is, names: tokens.list(() => tokens.take()) }
    case 'order': {
      tokens.expect('by')
      const by = parseExpression(tokens)
      const isAscending = tokens.takeIf('asc')
      if (!isAscending) tokens.takeIf('desc')
      return { is, by, isAscending }
    }
    case 'top': {
      const count = Number(tokens.take())
      tokens.expect('by')
      return { is, count, by: parseExpression(tokens) }
    }
    case 'mv-expand':
      return expansion(tokens)
    case 'join': {
      for (const word of ['kind', '=', 'leftouter']) tokens.expect(word)
      const table = tokens.take()
      tokens.expect('on')
      return { is, table, on: tokens.take() }
    }
    default:
      throw new Error(`the operator ${is} isn’t understood`)
  }
}

function expansion(tokens: Tokens): Operator {
  const is = 'mv-expand'
  if (tokens.takeIf('kind')) {
    for (const word of ['=', 'array']) tokens.expect(word)
    return { is, column: assignment(tokens), to: 'pair' }
  }
  const column = assignment(tokens)
  for (const word of ['to', 'typeof', '(', 'string', ')']) tokens.expect(word)
  return { is, column, to: 'string' }
}

function assignment(tokens: Tokens): Assignment {
  if (tokens.second === '=') {
    const name = tokens.take()
    tokens.expect('=')
    return { name, to: parseExpression(tokens) }
  }
  const to = parseExpression(tokens)
  return { name: nameOf(to), to }
}

/** The name that Kusto gives a column without one. */
function nameOf(expression: Expression): string {
  if (expression.is === 'name') return expression.name
  if (expression.is !== 'call') throw new Error('a column has no name')
  const [first] = expression.args
  if (expression.name === 'bin' && first) return nameOf(first)
  return `${expression.name}_${first?.is === 'name' ? first.name : ''}`
}
