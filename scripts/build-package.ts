// Makes what `npm pack` packs of a package that is not bundled: `build-package.ts server`.
// The source runs without this; it is for the package, because Node does not strip types below node_modules.
import { compileInto, makeDist } from './make-dist.ts'

const [name] = process.argv.slice(2)
if (name === undefined) throw new Error('which package?')
await makeDist(name, (draft) => compileInto(draft, name))
