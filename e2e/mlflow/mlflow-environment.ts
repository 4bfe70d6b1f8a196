// A Python with MLflow: a virtual environment, made once per requirements.txt. `mlflow-skinny` and what its server
// imports is 355 MB and 50 s to install, `mlflow` 850 MB and 80 s; the web page is missing, the REST API is the same.
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { findPython } from '../python/python-environment.ts'

const requirements = join(import.meta.dirname, 'requirements.txt')

/** The path of its `mlflow`; undefined when this machine has no python3. It must be 3.11 or newer. */
export async function findMlflow(t: TestContext): Promise<string | undefined> {
  const python = await findPython(t, requirements)
  return python === undefined ? undefined : join(dirname(python), 'mlflow')
}
