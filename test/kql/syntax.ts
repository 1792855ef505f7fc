/** An expression of a query. */
export type Expression =
  | { readonly is: 'literal'; readonly value: string | bigint | number | boolean }
  | { readonly is: 'span'; readonly milliseconds: number }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'member'; readonly of: Expression; readonly key: string }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly is: 'binary'
      readonly op: string
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly is: 'in'; readonly of: Expression; readonly values: readonly Expression[] }

/** `name = expression`; without a name, the column is named after the expression. */
export interface Assignment {
  readonly name: string
  readonly to: Expression
}

/** What stands after a `|`. */
export type Operator =
  | { readonly is: 'where'; readonly condition: Expression }
  | { readonly is: 'extend' | 'project'; readonly columns: readonly Assignment[] }
  | {
      readonly is: 'summarize'
      readonly columns: readonly Assignment[]
      readonly by: readonly Assignment[]
    }
  | { readonly is: 'distinct'; readonly names: readonly string[] }
  | { readonly is: 'order'; readonly by: Expression; readonly isAscending: boolean }
  | { readonly is: 'top'; readonly count: number; readonly by: Expression }
  /** To a string for each item of a list, or to a pair of name and value for each member of an object. */
  | { readonly is: 'mv-expand'; readonly column: Assignment; readonly to: 'string' | 'pair' }
  | { readonly is: 'join'; readonly table: string; readonly on: string }

/** Tables in a row, and what is done with them. */
export interface Pipeline {
  readonly sources: readonly string[]
  readonly operators: readonly Operator[]
}

/** `let name = …;`; `isScalar` is `toscalar(…)`. */
export interface Definition {
  readonly name: string
  readonly pipeline: Pipeline
  readonly isScalar: boolean
}

export interface Query {
  readonly definitions: readonly Definition[]
  readonly result: Pipeline
}
