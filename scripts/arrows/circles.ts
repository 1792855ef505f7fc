/** A directed graph. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>

/** Creates a graph of the pairs, without self-references. */
export function graphOf(pairs: Iterable<readonly [from: string, to: string]>): Graph {
  const graph = new Map<string, Set<string>>()
  for (const [from, to] of pairs) {
    if (from === to) continue
    graph.set(from, (graph.get(from) ?? new Set()).add(to))
  }
  return graph
}

/** Every group of nodes that reach each other, largest first: its strongly connected components of two and more. */
export function findCycles(graph: Graph): string[][] {
  const reached = new Map([...graph.keys()].map((node) => [node, reachableFrom(graph, node)]))
  const knots: string[][] = []
  const tied = new Set<string>()
  for (const node of graph.keys()) {
    const around = reached.get(node) ?? new Set()
    if (tied.has(node) || !around.has(node)) continue
    const knot = [...around].filter((other) => reached.get(other)?.has(node)).sort()
    for (const member of knot) tied.add(member)
    knots.push(knot)
  }
  return knots.sort((one, other) => other.length - one.length)
}

/** The pairs that point at each other, each once. */
export function findMutualPairs(graph: Graph): (readonly [string, string])[] {
  return [...graph].flatMap(([from, targets]) =>
    [...targets].filter((to) => from < to && graph.get(to)?.has(from)).map((to) => [from, to] as const),
  )
}

function reachableFrom(graph: Graph, start: string): Set<string> {
  const reached = new Set<string>()
  const open = [...(graph.get(start) ?? [])]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (reached.has(node)) continue
    reached.add(node)
    open.push(...(graph.get(node) ?? []))
  }
  return reached
}
