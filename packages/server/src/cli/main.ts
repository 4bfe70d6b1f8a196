#!/usr/bin/env node
import { runCommandLine } from './run-command-line.ts'

const { env, stdout, stderr } = process

// `holdfast trace … | head` closes the pipe early: that is no failure.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const exitCode = await runCommandLine(process.argv.slice(2), { env, stdout, stderr })

// Not left to the event loop: whatever a library keeps open, a command that is done ends. Pipes are written first.
stdout.write('', () => process.exit(exitCode))
