import type { Expression } from './syntax.ts'
import type { Tokens } from './tokens.ts'

/** Operators, the weakest first. */
const levels: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>=', 'has', '!has', 'startswith', '!startswith'],
  ['+', '-'],
  ['*', '/'],
]

/** Reads an expression. */
export function parseExpression(tokens: Tokens, level = 0): Expression {
  const operators = levels[level]
  if (!operators) return postfix(tokens)
  let left = parseExpression(tokens, level + 1)
  for (;;) {
    const op = tokens.next ?? ''
    if (level === 2 && tokens.takeIf('in')) left = { is: 'in', of: left, values: parenthesized(tokens) }
    else if (operators.includes(op)) {
      tokens.take()
      left = { is: 'binary', op, left, right: parseExpression(tokens, level + 1) }
    } else return left
  }
}

function parenthesized(tokens: Tokens): readonly Expression[] {
  tokens.expect('(')
  if (tokens.takeIf(')')) return []
  const inside = tokens.list(() => parseExpression(tokens))
  tokens.expect(')')
  return inside
}

function postfix(tokens: Tokens): Expression {
  let of = primary(tokens)
  for (;;) {
    if (tokens.takeIf('.')) of = { is: 'member', of, key: tokens.take() }
    else if (tokens.takeIf('[')) {
      of = { is: 'member', of, key: tokens.take().replaceAll(/['"]/g, '') }
      tokens.expect(']')
    } else return of
  }
}

function primary(tokens: Tokens): Expression {
  if (tokens.next === '(') return parenthesized(tokens)[0]!
  const token = tokens.take()
  if (/^['"]/.test(token)) return { is: 'literal', value: token.slice(1, -1) }
  if (token === 'true' || token === 'false') return { is: 'literal', value: token === 'true' }
  const [, count, unit] = /^(\d+)([smhd])$/.exec(token) ?? []
  if (unit) return { is: 'span', milliseconds: Number(count) * (milliseconds[unit] ?? 0) }
  if (/^\d+$/.test(token)) return { is: 'literal', value: BigInt(token) }
  if (/^\d/.test(token)) return { is: 'literal', value: Number(token) }
  if (!/^[A-Za-z_]/.test(token)) throw new Error(`not understood: ${token}`)
  return tokens.next === '('
    ? { is: 'call', name: token, args: parenthesized(tokens) }
    : { is: 'name', name: token }
}

const milliseconds: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
