import * as z from 'zod'
import { readableText } from './readableText.ts'

/** One setting of the broker: an application setting on Azure, an environment variable anywhere. */
export interface Setting<T = unknown> {
  readonly name: string
  /** Parses the raw string, which is undefined where the setting is unset. */
  readonly schema: z.ZodType<T, string | undefined>
  /** What it is for, in one sentence. */
  readonly meaning: string
  /** A value that would be accepted. */
  readonly example: string
  /** The default as people would write it; absent when the setting is required or simply unset. */
  readonly default?: string
  readonly isRequired?: boolean
  /** Whether blanks around it count: the Functions host reads the same setting, and trims nothing. */
  readonly isVerbatim?: boolean
  /** Whether it exists for the local stack only; a deployment cannot set it. */
  readonly isLocal?: boolean
}

/** Settings by where they land in the configuration: a member of the tree is a member of what is read from it. */
export interface SettingTree {
  readonly [member: string]: Setting | SettingTree
}

/** What people read about a setting. */
interface Texts {
  readonly meaning: string
  readonly example: string
  readonly isVerbatim?: boolean
  readonly isLocal?: boolean
}

/** A setting without which the broker does not start. */
export function required<T>(name: string, schema: z.ZodType<T, string>, texts: Texts) {
  return {
    name,
    ...texts,
    schema: readable(schema, texts) as z.ZodType<T, string | undefined>,
    isRequired: true,
  }
}

/** A setting that may stay unset; its member is then absent. */
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

/** Whether a member of a tree is a setting, or a group of them. */
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

/** What a tree of settings is read into. */
export type ConfigOf<S> = {
  readonly [K in Exclude<keyof S, OptionalMember<S>>]: Value<S[K]>
} & {
  readonly [K in OptionalMember<S>]?: Exclude<Value<S[K]>, undefined>
} extends infer T
  ? // Shown member by member wherever an editor names the type.
    { readonly [K in keyof T]: T[K] }
  : never

/** The same, where any setting may be missing or at fault. */
export type DraftOf<S> = {
  readonly [K in keyof S]: S[K] extends Setting ? Value<S[K]> | undefined : DraftOf<S[K]>
}
