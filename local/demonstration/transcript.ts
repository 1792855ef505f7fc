import { styleText } from 'node:util'

/** An entry of the transcript: complete for programs, a few lines for people. */
export type Entry =
  | { readonly event: 'started'; readonly what: string; readonly milliseconds: number }
  | {
      readonly event: 'step'
      readonly number: number
      readonly name: string
      readonly title: string
      readonly ok: boolean
      readonly milliseconds: number
      readonly happened?: string
      readonly proves?: string
      readonly error?: string
    }
  | { readonly event: 'listening'; readonly what: string; readonly origin: string }
  | { readonly event: 'try'; readonly what: string; readonly command: string }
  | { readonly event: 'note'; readonly text: string }
  | { readonly event: 'ended'; readonly ok: boolean; readonly steps: number; readonly milliseconds: number }

/** Writes entries, one after the other. */
export type Transcript = (entry: Entry) => void

type Style = Parameters<typeof styleText>[0]

/** Writes one JSON object per line, with the time. */
export function createJsonTranscript(write: (line: string) => void): Transcript {
  return (entry) => write(JSON.stringify({ at: new Date().toISOString(), ...entry }))
}

/** Writes for people. @param colour whether the terminal supports color; the caller must respect `NO_COLOR`. */
export function createTextTranscript(write: (line: string) => void, colour: boolean): Transcript {
  const paint = (style: Style, text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text
  let last: Entry['event'] | undefined
  return (entry) => {
    // Related entries are grouped.
    if (last !== undefined && (entry.event !== last || entry.event === 'step')) write('')
    last = entry.event
    for (const line of toLines(entry, paint)) write(line)
  }
}

function toLines(entry: Entry, paint: (style: Style, text: string) => string): string[] {
  switch (entry.event) {
    case 'started':
      return [`${entry.what} ${paint('dim', `(${seconds(entry.milliseconds)})`)}`]
    case 'step': {
      const mark = entry.ok ? paint('green', 'ok') : paint('red', 'FAILED')
      const time = paint('dim', `(${seconds(entry.milliseconds)})`)
      return [
        `${String(entry.number).padStart(2)}. ${paint('bold', entry.title)}  ${mark} ${time}`,
        ...(entry.happened ? [`    ${entry.happened}`] : []),
        ...(entry.proves ? [paint('dim', `    Proves: ${entry.proves}`)] : []),
        ...(entry.error ? [`    ${paint('red', entry.error)}`] : []),
      ]
    }
    case 'listening':
      return [`${entry.what.padEnd(40)} ${entry.origin}`]
    case 'try':
      return [paint('dim', `# ${entry.what}`), entry.command]
    case 'note':
      return [entry.text]
    case 'ended': {
      const how = entry.ok ? paint('green', 'every step is ok') : paint('red', 'a step failed')
      return [`The main job: ${entry.steps} steps, ${how}, ${seconds(entry.milliseconds)} in all.`]
    }
  }
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`
