#!/usr/bin/env node
const { env, stdout, stderr } = process

const oldestNode = 24
if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  stderr.write(`holdfast needs Node.js ${oldestNode} or newer, and this is ${process.version}\n`)
  process.exit(1)
}

// Not above: on an older Node the modules behind it cannot even be loaded.
const { runCommandLine } = await import('./run-command-line.ts')

// `holdfast trace … | head` closes the pipe early: that is no failure.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const exitCode = await runCommandLine(process.argv.slice(2), { env, stdout, stderr })

// Not left to the event loop: whatever a library keeps open, a command that is done ends. Pipes are written first.
stdout.write('', () => process.exit(exitCode))
