import { type Ask, NoAnswerError } from '../../../local/ask.ts'
import { UsageError } from '../../commandLine.ts'
import { type Arguments, textOf, textsOf } from '../verb.ts'
import { assertFitting } from './assertFitting.ts'

/** The body of a request for a download. */
export interface DownloadRequest {
  readonly report?: { readonly type: string }
  readonly entities?: readonly string[]
}

/**
 * The body of the request for a report or entities, from what was typed, and from the person at the terminal for what is
 * missing.
 * @param ask undefined where there is no person.
 * @throws UsageError if the report or its columns are missing, for a filter without values, or for options that don't
 *   go together.
 */
export async function requestOf(typed: Arguments, ask: Ask | undefined): Promise<DownloadRequest> {
  assertFitting(typed)
  const { values } = typed
  const entities = listOf(textOf(values.entities))
  const accountId = textOf(values.account)
  if (!entities) return given({ report: await reportOf(typed, ask), accountId })
  const campaigns = listOf(textOf(values.campaigns))
  return given({ entities, campaigns, changedSince: textOf(values['changed-since']), accountId })
}

async function reportOf({ values, words }: Arguments, ask: Ask | undefined): Promise<object> {
  const type = words[0] ?? (await answerTo(ask, 'Report, such as CampaignPerformance: '))
  if (!type) throw new UsageError('Pass the report: report CampaignPerformance.')
  const columns = textOf(values.columns) ?? (await answerTo(ask, `Columns, such as ${someColumns}: `))
  if (!columns) throw new UsageError(`Pass the columns: --columns ${someColumns}.`)
  return given({ type, columns: listOf(columns), ...optionsOf(values) })
}

const someColumns = 'TimePeriod,CampaignId,Clicks,Spend'

/** Undefined without a person, and if the person ends the input. */
async function answerTo(ask: Ask | undefined, text: string): Promise<string | undefined> {
  return ask?.({ text, isSecret: false }).catch((error: unknown): undefined => {
    if (!(error instanceof NoAnswerError)) throw error
  })
}

function optionsOf(values: Arguments['values']): object {
  const [from, to] = [textOf(values.from), textOf(values.to)]
  return {
    ...{ from, to },
    period: textOf(values.period) ?? (from || to ? undefined : 'LastSevenDays'),
    timeZone: textOf(values['time-zone']),
    aggregation: textOf(values.aggregation),
    accounts: listOf(textOf(values.accounts)),
    campaigns: listOf(textOf(values.campaigns)),
    filter: filterOf(textsOf(values.filter)),
    completeOnly: values['complete-only'] === true || undefined,
  }
}

/** Values of the same element add up. */
function filterOf(texts: readonly string[]): object | undefined {
  const filter = new Map<string, readonly string[]>()
  for (const text of texts) {
    const [, element, values] = /^(\w+)=(.+)$/s.exec(text) ?? []
    if (!element)
      throw new UsageError('--filter takes an element and its values: DeviceType=Tablet,Computer.')
    filter.set(element, [...(filter.get(element) ?? []), ...(listOf(values) ?? [])])
  }
  return texts.length > 0 ? Object.fromEntries(filter) : undefined
}

function listOf(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((each) => each.trim())
}

/** Without what wasn't given. */
function given(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
