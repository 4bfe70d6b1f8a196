// Who imports whom in this package, sizes, names; and that everything people can call says what it does.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import {
  findAllBadNames,
  findCycle,
  findLongFiles,
  findViolations,
  readSources,
  type House,
} from '../../../scripts/house-rules.ts'

const house: House = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  mayImport: {
    export: [],
    settings: ['export'],
    provider: ['settings', 'export'],
    service: ['settings', 'export'],
    backends: ['settings', 'export', 'provider', 'service', 'backends/mlflow'],
    'backends/mlflow': ['settings', 'export'],
    // Bounded text of any value, the choice among several contexts, and what content may be recorded are the same everywhere.
    mcp: ['service/serialise-value.ts', 'service/pick-traceparent.ts', 'service/published-policy.ts'],
  },
  innerRooms: ['backends/mlflow'],
  everywhere: ['report.ts', 'conventions.ts', 'version.ts'],
  composers: ['index.ts', 'create-telemetry.ts'],
  // No SDK: whoever has one of his own loads nothing of ours. Neither MCP SDK: both generations are known by their shapes.
  mayUsePackages: { mcp: ['@opentelemetry/api'] },
}

describe('the house', () => {
  const program = readSources(house.root)

  test('nothing outside this package is imported', () => {
    assert.ok(program.length > 20, 'the source was read')
    const outside = program.flatMap(({ path, imports }) =>
      imports.filter((target) => target.startsWith('..')).map((target) => `${path} imports ${target}`),
    )
    assert.deepEqual(outside, [])
  })

  test('each room imports only what the table allows', () => {
    assert.deepEqual(findViolations(house, program), [])
  })

  test('rooms do not import each other in a circle', () => {
    assert.deepEqual(findCycle(house, program), [])
  })

  test('the median file is under 100 lines, nine in ten are under 250, none is over 400', () => {
    assert.deepEqual(findLongFiles(house.root, program), [])
  })

  test('names say what is inside: kebab-case, no drawers', () => {
    assert.deepEqual(findAllBadNames(house.root), [])
  })
})

describe('what people import', () => {
  const entries = ['index.ts', 'mcp/index.ts'].map((entry) => `${house.root}${entry}`)
  const program = ts.createProgram(entries, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  })

  test('says what it does: every function, type, method and class that is exported has a comment', () => {
    const checker = program.getTypeChecker()
    const exported = entries.flatMap((entry) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(entry) ?? assert.fail(entry))
      return checker.getExportsOfModule(module ?? assert.fail(entry))
    })
    assert.ok(exported.length > 10, 'the entry points were read')
    assert.deepEqual(
      exported.flatMap((symbol) => findUndocumented(checker, symbol)),
      [],
    )
  })
})

function findUndocumented(checker: ts.TypeChecker, exported: ts.Symbol): string[] {
  const symbol = (exported.flags & ts.SymbolFlags.Alias) === 0 ? exported : checker.getAliasedSymbol(exported)
  const isDocumented = (one: ts.Symbol): boolean => one.getDocumentationComment(checker).length > 0
  const methods = [...(symbol.members?.values() ?? [])].filter(
    (member) => (member.flags & ts.SymbolFlags.Method) !== 0,
  )
  return [
    ...(isDocumented(symbol) ? [] : [symbol.name]),
    ...methods.filter((method) => !isDocumented(method)).map((method) => `${symbol.name}.${method.name}`),
  ]
}
