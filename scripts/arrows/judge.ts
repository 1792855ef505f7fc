import { findCycles, graphOf } from './circles.ts'
import { type House, roomOf } from './floors.ts'
import { type Import, readImports, type Sources } from './readImports.ts'

/**
 * All faults of the imports: a room without a floor, an upward import, an import through
 * another's door, a published file that imports an unpublished one, circles of rooms, and circles of files.
 */
export function faultsOfArrows(sources: Sources, house: House): string[] {
  const imports = readImports(sources)
  return [
    ...faultsOfFloors(sources, house),
    ...imports.flatMap((one) => [...faultsOfDirection(one, house), ...faultsOfDoor(one, house)]),
    ...faultsOfKnots('rooms', roomPairs(imports)),
    ...faultsOfKnots('files', filePairs(imports)),
  ]
}

/** The imports between rooms, as pairs. */
export function roomPairs(imports: readonly Import[]): (readonly [string, string])[] {
  return filePairs(imports).map(([from, to]) => [roomOf(from), roomOf(to)] as const)
}

/** The imports between source files, as pairs. */
export function filePairs(imports: readonly Import[]): (readonly [string, string])[] {
  return imports.flatMap(({ from, to }) => (to === undefined ? [] : [[from, to] as const]))
}

function faultsOfFloors(sources: Sources, { floors, reserved }: House): string[] {
  const rooms = new Set([...sources.keys()].map(roomOf))
  const placed = floors.flat()
  const homeless = [...rooms].filter((room) => !placed.includes(room))
  const gone = placed.filter((room) => !rooms.has(room) && !reserved.includes(room))
  const twice = placed.filter((room, index) => placed.indexOf(room) !== index)
  return [
    ...homeless.map((room) => `${room} stands on no floor: add it to the table "Floors"`),
    ...gone.map((room) => `${room} is on a floor and does not exist: take it out of the table "Floors"`),
    ...twice.map((room) => `${room} stands on two floors`),
  ]
}

function faultsOfDirection({ from, to }: Import, { floors }: House): string[] {
  if (to === undefined) return []
  const [floor, target] = [from, to].map((path) => floors.findIndex((rooms) => rooms.includes(roomOf(path))))
  if (!/^(shared|functions)\//.test(to))
    return [`${from} → ${to}: what is published imports nothing that is not`]
  const isUp = floor !== undefined && target !== undefined && floor >= 0 && target >= 0 && target < floor
  return isUp ? [`${from} → ${to}: ${roomOf(to)} stands above ${roomOf(from)}`] : []
}

function faultsOfDoor({ from, specifier, to }: Import, { doors }: House): string[] {
  const target = to === undefined ? specifier : roomOf(to)
  const door = doors.find((one) => one.to === target)
  const room = roomOf(from)
  if (!door || room === target || door.only.includes(room)) return []
  return [`${from} → ${specifier}: only ${door.only.join(', ')} may import ${target}`]
}

function faultsOfKnots(kind: string, pairs: readonly (readonly [string, string])[]): string[] {
  return findCycles(graphOf(pairs)).map((knot) => `${kind} import each other around: ${knot.join(', ')}`)
}
