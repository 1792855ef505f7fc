/** The house in `docs/architecture.md`: its floors from the top down, and its doors. */
export interface House {
  /** The rooms of each floor: `shared/refresh/`, `shared/clock.ts`, `functions/`. */
  readonly floors: readonly (readonly string[])[]
  /** The rooms that have a place on a floor and don't have to exist yet. */
  readonly reserved: readonly string[]
  readonly doors: readonly Door[]
}

/** A restricted import: a room or a package, and the rooms that may import it. */
export interface Door {
  readonly to: string
  readonly only: readonly string[]
}

/**
 * Reads the house out of the page: the table below the heading "Floors" and the one below "Doors". Names in code type
 * are rooms and packages, and in italics the rooms that are reserved; everything else is for people.
 * @throws Error when the page has no such tables.
 */
export function readHouse(page: string): House {
  const onFloors = rowsBelow(page, 'Floors').map(([, rooms = '']) => rooms)
  return {
    floors: onFloors.map((rooms) => namesIn(rooms).map(toRoom)),
    reserved: onFloors.flatMap((rooms) => namesIn(rooms, /\*`([^`]+)`\*/g).map(toRoom)),
    doors: rowsBelow(page, 'Doors').flatMap(([what = '', only = '']) =>
      namesIn(what).map((to) => ({
        to: to.startsWith('@') ? to : toRoom(to),
        only: namesIn(only).map(toRoom),
      })),
    ),
  }
}

/**
 * The room of a source file: its folder in `shared/`, the file itself if it's directly in `shared/`, or `functions/`.
 */
export function roomOf(path: string): string {
  const [top = '', second = '', ...deeper] = path.split('/')
  if (top !== 'shared') return `${top}/`
  return deeper.length > 0 ? `shared/${second}/` : path
}

function toRoom(name: string): string {
  return name === 'functions/' ? name : `shared/${name}`
}

function namesIn(cell: string, inType = /`([^`]+)`/g): string[] {
  return [...cell.matchAll(inType)].map(([, name = '']) => name)
}

function rowsBelow(page: string, heading: string): string[][] {
  const section = page.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`))
  const lines = section?.split('\n').filter((line) => line.startsWith('|')) ?? []
  if (lines.length < 3) throw new Error(`docs/architecture.md has no table below the heading "${heading}"`)
  return lines.slice(2).map((line) => line.split('|').slice(1, -1))
}
