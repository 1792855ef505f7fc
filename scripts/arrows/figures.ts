import { findCycles, findMutualPairs, graphOf } from './circles.ts'
import { filePairs, roomPairs } from './judge.ts'
import { readImports, type Sources } from './readImports.ts'

/** Files with more lines should be reviewed. */
const manyLines = 200

/** Measurements of the architecture's dependencies, as lines for people. */
export function figuresOf(sources: Sources): string[] {
  const imports = readImports(sources)
  const rooms = graphOf(roomPairs(imports))
  const shared = [...sources].filter(([path]) => path.startsWith('shared/'))
  const lineCounts = shared.map(([, text]) => text.split('\n').length - 1)
  return [
    `rooms in knots: ${findCycles(rooms).flat().length}`,
    `pairs of rooms that import each other: ${findMutualPairs(rooms).length}`,
    `circles of files: ${findCycles(graphOf(filePairs(imports))).length}`,
    `lines of shared/: ${lineCounts.reduce((sum, count) => sum + count, 0)} in ${shared.length} files`,
    `files of more than ${manyLines} lines: ${lineCounts.filter((count) => count > manyLines).length}`,
  ]
}
