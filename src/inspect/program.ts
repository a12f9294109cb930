import { readdirSync, realpathSync } from 'node:fs';
import type { Gap } from '../model/index.ts';
import { Elf } from './elf.ts';
import { OutOfBounds } from './file-bytes.ts';
import * as obstacles from './obstacles.ts';
import { currentStarter, type Privilege, privilegeOf } from './privilege.ts';
import { CannotStart, resolveCommand } from './resolve.ts';
import { followShebangs } from './shebang.ts';

/** What the kernel will start for a command, and what of it can be observed. */
export interface ProgramFacts {
  /** The command as it was given. */
  requested: string;
  /** What to hand to exec: relative where the command was. */
  executable: string;
  /** Absolute path of the file. */
  path: string;
  /** For a script: absolute path of the program that runs it, the last of its `#!` chain. */
  interpreter?: string;
  elf?: {
    class: 32 | 64;
    machine: string;
    static: boolean;
    /** The program loader, e.g. `/lib64/ld-linux-x86-64.so.2`. */
    loader?: string;
  };
  privileged?: Privilege;
  /** Why nothing of it can be observed; absent when nothing speaks against it. */
  obstacle?: Gap;
  /** False where the runtime must stay out: the program's loader would refuse to start with it. */
  preloadable: boolean;
}

/** Where the kernel lists the formats that a program was registered for. */
const EMULATORS = '/proc/sys/fs/binfmt_misc';

/** The shell that execvp hands a file to which the kernel does not know. */
const SHELL = '/bin/sh';

/**
 * Finds the program of `command` and says what can be seen of it.
 * Throws CannotStart when there is none or the kernel would not start it.
 */
export async function inspectProgram(
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<ProgramFacts> {
  const { executable, path } = resolveCommand(command, cwd, env.PATH);
  const found: ProgramFacts = { requested: command, executable, path, preloadable: true };
  try {
    return describe(found, cwd);
  } catch (error) {
    // a file that may be run but not read: the kernel can start it, we cannot look into it
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'EPERM') return found;
    if (error instanceof OutOfBounds) {
      throw new CannotStart(`${path}: not a program that can be started (${error.message})`, 126);
    }
    throw error;
  }
}

function describe(found: ProgramFacts, cwd: string): ProgramFacts {
  const end = followShebangs(found.path, cwd);
  if (end.missing) throw new CannotStart(`${found.path}: its interpreter ${end.path} does not exist`, 127);
  const facts = { ...found };
  let elf = Elf.open(end.path);
  let subject = end.path;
  if (!elf) {
    subject = SHELL;
    elf = Elf.open(SHELL);
  }
  if (subject !== found.path) facts.interpreter = realpathSync(subject);
  if (!elf) return facts;
  try {
    const loader = elf.interpreter();
    facts.elf = { class: elf.class, machine: elf.machine, static: elf.isStatic(), ...(loader && { loader }) };
  } finally {
    elf.close();
  }
  if (!runsHere(facts.elf.machine)) {
    throw new CannotStart(`${subject}: built for ${facts.elf.machine}; this machine cannot run it`, 126);
  }
  const privileged = privilegeOf(subject, currentStarter());
  if (privileged) facts.privileged = privileged;
  const obstacle = obstacles.ofProgram(subject, facts.elf, privileged);
  if (obstacle) facts.obstacle = obstacle;
  facts.preloadable = obstacles.acceptsPreload(facts.elf);
  return facts;
}

/** Whether the kernel can start a program for `machine`, itself or through a registered emulator. */
function runsHere(machine: string): boolean {
  if (machine === 'x86-64' || machine === 'x86') return true;
  try {
    return readdirSync(EMULATORS).some((name) => name !== 'register' && name !== 'status');
  } catch {
    return false;
  }
}
