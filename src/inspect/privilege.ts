import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';

export type Privilege = 'setuid' | 'setgid' | 'capabilities';

const SETUID = 0o4000;
const SETGID = 0o2000;
const GROUP_EXECUTE = 0o010;

/** Who starts the program: real user and group. */
export interface Starter {
  uid: number;
  gid: number;
}

/**
 * The privilege that makes the loader ignore LD_PRELOAD, as far as the mode tells. A set-user-id
 * file of the user who starts it changes nothing, so it counts for nothing.
 */
export function privilegeByMode(
  file: { mode: number; uid: number; gid: number },
  starter: Starter,
): Privilege | undefined {
  if (file.mode & SETUID && file.uid !== starter.uid) return 'setuid';
  // without the group's execute bit the set-group-id bit once meant mandatory locking
  if (file.mode & SETGID && file.mode & GROUP_EXECUTE && file.gid !== starter.gid) return 'setgid';
  return undefined;
}

export function currentStarter(): Starter {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/** The privilege that the mode of the file at `path` gives to whoever starts it now. */
export function privilegeOf(path: string, starter: Starter = currentStarter()): Privilege | undefined {
  return privilegeByMode(statSync(path), starter);
}

/** `unchecked`: the tool that reads file capabilities is not installed. */
export type Capabilities = 'some' | 'none' | 'unchecked';

/**
 * Whether the file carries capabilities. Needs a process of `getcap`, so this is asked only after a
 * run that left no ledger. Root gains nothing from them, so for root the answer is `none`.
 */
export function fileCapabilities(path: string, starter: Starter = currentStarter()): Promise<Capabilities> {
  if (starter.uid === 0) return Promise.resolve('none');
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  return new Promise((done) => {
    execFile('getcap', ['--', path], { env }, (error, output) => {
      if (error) done('unchecked');
      else done(output.trim() === '' ? 'none' : 'some');
    });
  });
}
