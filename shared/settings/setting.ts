import * as z from 'zod'
import { readableText } from './readableText.ts'

/** A setting of the broker: an application setting on Azure, an environment variable anywhere. */
export interface Setting<T = unknown> {
  readonly name: string
  /** Parses the raw string, which is undefined if the setting is unset. */
  readonly schema: z.ZodType<T, string | undefined>
  /** Its purpose, in one sentence. */
  readonly meaning: string
  /** An acceptable value. */
  readonly example: string
  /** The default as people would write it; absent if the setting is required or has no default. */
  readonly default?: string
  readonly isRequired?: boolean
  /** Whether surrounding whitespace counts: the Functions host reads the same setting without trimming it. */
  readonly isVerbatim?: boolean
  /** Whether it's only for the local stack; a deployment can't set it. */
  readonly isLocal?: boolean
}

/** Settings by their place in the configuration: each member of the tree becomes a member of the result. */
export interface SettingTree {
  readonly [member: string]: Setting | SettingTree
}

/** The texts about a setting. */
interface Texts {
  readonly meaning: string
  readonly example: string
  readonly isVerbatim?: boolean
  readonly isLocal?: boolean
}

/** A setting that the broker requires. */
export function required<T>(name: string, schema: z.ZodType<T, string>, texts: Texts) {
  return {
    name,
    ...texts,
    schema: readable(schema, texts) as z.ZodType<T, string | undefined>,
    isRequired: true,
  }
}

/** A setting that can be unset; its member is then absent. */
export function optional<T>(name: string, schema: z.ZodType<T, string>, texts: Texts) {
  return { name, ...texts, schema: readable(schema, texts).optional() }
}

/** A setting whose default is parsed like a value. */
export function withDefault<T>(
  name: string,
  schema: z.ZodType<T, string>,
  texts: Texts & { readonly default: string },
) {
  const orDefault = z
    .string()
    .optional()
    .transform((value) => value ?? texts.default)
  return { name, ...texts, schema: orDefault.pipe(readable(schema, texts)) }
}

function readable<T>(schema: z.ZodType<T, string>, { isVerbatim }: Texts) {
  return (isVerbatim ? z.string() : z.string().trim()).pipe(readableText).pipe(schema)
}

/** Every setting of a tree, in its order. */
export function listSettings(tree: SettingTree): Setting[] {
  return Object.values(tree).flatMap((node) => (isSetting(node) ? node : listSettings(node)))
}

/** Whether a member of a tree is a setting, not a group. */
export function isSetting(node: Setting | SettingTree): node is Setting {
  return 'schema' in node
}

type Value<S> = S extends Setting
  ? z.infer<S['schema']> extends infer T
    ? T extends readonly (infer E)[]
      ? readonly E[]
      : T
    : never
  : S extends SettingTree
    ? ConfigOf<S>
    : never

type OptionalMember<S> = { [K in keyof S]: undefined extends Value<S[K]> ? K : never }[keyof S]

/** The result of reading a tree of settings. */
export type ConfigOf<S> = {
  readonly [K in Exclude<keyof S, OptionalMember<S>>]: Value<S[K]>
} & {
  readonly [K in OptionalMember<S>]?: Exclude<Value<S[K]>, undefined>
} extends infer T
  ? // Makes editors show the type member by member.
    { readonly [K in keyof T]: T[K] }
  : never

/** The same, but any setting may be missing or invalid. */
export type DraftOf<S> = {
  readonly [K in keyof S]: S[K] extends Setting ? Value<S[K]> | undefined : DraftOf<S[K]>
}
