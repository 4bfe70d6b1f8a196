// Which system user PostgreSQL runs as. It refuses to run as root, so a Holdfast started by root hands it to another user.
import { readFileSync } from 'node:fs'

export interface SystemUser {
  readonly uid: number
  readonly gid: number
  readonly name: string
}

/** The users tried when Holdfast runs as root: the one meant for it, else the one that exists everywhere. */
const candidates = ['postgres', 'nobody']

/**
 * The user for PostgreSQL's processes when this process is root; undefined when it is not, for then they run as the same
 * user. Throws when root has none of the known users to hand over to.
 */
export function findServerUser(passwdFile = '/etc/passwd'): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readUsers(passwdFile)
  for (const name of candidates) {
    const user = users.find((one) => one.name === name)
    if (user !== undefined) return user
  }
  throw new Error(
    `PostgreSQL does not run as root, and this system has no user ${candidates.join(' or ')}; ` +
      'create one (useradd --system postgres), or start Holdfast as an ordinary user',
  )
}

/** The user of a uid, by name where the system knows one. Used to run as the owner of an existing data directory. */
export function findUserById(uid: number, gid: number, passwdFile = '/etc/passwd'): SystemUser {
  return readUsers(passwdFile).find((user) => user.uid === uid) ?? { uid, gid, name: `uid ${uid}` }
}

function readUsers(passwdFile: string): SystemUser[] {
  const users: SystemUser[] = []
  for (const line of readFileSync(passwdFile, 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':')
    if (name === undefined || uid === undefined || gid === undefined) continue
    // macOS writes nobody as -2; the kernel wants it unsigned.
    users.push({ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 })
  }
  return users
}
