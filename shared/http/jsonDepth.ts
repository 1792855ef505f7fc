/**
 * Whether parsed JSON is nested deeper than some levels; a value that is neither a list nor an object has none. Reads
 * level by level, so that no depth exhausts the stack.
 */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  let containers = [value].filter(isContainer)
  for (let level = 1; level <= levels && containers.length > 0; level++)
    containers = containers.flatMap((each) => Object.values(each).filter(isContainer))
  return containers.length > 0
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
