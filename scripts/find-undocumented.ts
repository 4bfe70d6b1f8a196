// What people import and cannot read about where they write it.
import ts from 'typescript'

/** The exports of these files that have no doc comment, and the methods of exported types and classes that have none. */
export function findUndocumented(entries: readonly string[]): { exported: number; undocumented: string[] } {
  const program = ts.createProgram(entries, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  })
  const checker = program.getTypeChecker()
  const exported = entries.flatMap((entry) => {
    const file = program.getSourceFile(entry)
    const module = file && checker.getSymbolAtLocation(file)
    if (module === undefined) throw new Error(`${entry} is no module`)
    return checker.getExportsOfModule(module)
  })
  return {
    exported: exported.length,
    undocumented: exported.flatMap((symbol) => undocumentedIn(checker, symbol)),
  }
}

function undocumentedIn(checker: ts.TypeChecker, exported: ts.Symbol): string[] {
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
