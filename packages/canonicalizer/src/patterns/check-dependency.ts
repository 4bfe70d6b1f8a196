// Whether a list of nodes is a pattern for spaCy's DependencyMatcher: https://spacy.io/api/dependencymatcher#patterns
import { checkToken } from './check-tokens.ts'
import { isObject } from './check-token-value.ts'

const operators = new Set([
  ...['<', '>', '<<', '>>', '.', '.*', ';', ';*', '$+', '$-', '$++', '$--'],
  ...['>+', '>-', '>++', '>--', '<+', '<-', '<++', '<--'],
])
const maxNodes = 10

export function isDependencyPattern(pattern: readonly unknown[]): boolean {
  return pattern.some((node) => isObject(node) && ('RIGHT_ID' in node || 'RIGHT_ATTRS' in node))
}

/** What is wrong, and where; undefined when nothing is. */
export function checkDependency(nodes: readonly unknown[]): string | undefined {
  if (nodes.length > maxNodes) return `${nodes.length} nodes: ${maxNodes} is the most`
  const seen = new Set<string>()
  for (const [index, node] of nodes.entries()) {
    const problem = isObject(node) ? checkNode(node, index === 0, seen) : 'write an object'
    if (problem !== undefined) return `node ${index + 1}: ${problem}`
  }
  return undefined
}

function checkNode(node: Record<string, unknown>, isFirst: boolean, seen: Set<string>): string | undefined {
  const wanted = isFirst ? ['RIGHT_ID', 'RIGHT_ATTRS'] : ['LEFT_ID', 'REL_OP', 'RIGHT_ID', 'RIGHT_ATTRS']
  const given = Object.keys(node)
  if (given.length !== wanted.length || !wanted.every((key) => given.includes(key))) {
    return `the ${isFirst ? 'first node has' : 'nodes after the first have'} ${wanted.join(', ')} and nothing else`
  }
  const { LEFT_ID: left, REL_OP: operator, RIGHT_ID: right, RIGHT_ATTRS: attributes } = node
  if (typeof right !== 'string' || right === '') return 'RIGHT_ID: write a name'
  if (seen.has(right)) return `RIGHT_ID: ${JSON.stringify(right)} is the name of an earlier node`
  if (!isFirst && (typeof left !== 'string' || !seen.has(left)))
    return 'LEFT_ID: write the name of an earlier node'
  if (!isFirst && (typeof operator !== 'string' || !operators.has(operator))) {
    return `REL_OP: write one of ${[...operators].join(' ')}`
  }
  seen.add(right)
  if (isObject(attributes) && 'OP' in attributes) return 'RIGHT_ATTRS: no OP may stand here'
  const problem = checkToken(attributes, 'spacy')
  return problem === undefined ? undefined : `RIGHT_ATTRS: ${problem}`
}
