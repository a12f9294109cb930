import type { Gap } from '../model/index.ts';
import type { Privilege } from './privilege.ts';

interface ElfFacts {
  class: 32 | 64;
  machine: string;
  static: boolean;
  loader?: string;
}

/** The only loader that the runtime, built against glibc for x86-64, can be given to. */
const GLIBC_LOADER = /\/ld-linux-x86-64\.so\.2$/;

/** Why nothing of the program in the file `module` can be observed, by what is known before it starts. */
export function ofProgram(module: string, elf: ElfFacts, privileged?: Privilege): Gap | undefined {
  if (elf.class === 32) {
    return {
      module,
      reason: 'a 32-bit program; the runtime exists for 64-bit programs only',
      remedy: 'build the program for x86-64',
    };
  }
  if (elf.machine !== 'x86-64') {
    return {
      module,
      reason: `built for ${elf.machine}; the runtime exists for x86-64 only`,
      remedy: 'build the program for x86-64',
    };
  }
  if (elf.static) {
    return {
      module,
      reason: 'statically linked: it has no loader that could bring the runtime in',
      remedy:
        'link it dynamically (without -static; for Rust a -gnu target, or -C target-feature=-crt-static)',
    };
  }
  if (elf.loader !== undefined && !GLIBC_LOADER.test(elf.loader)) {
    return {
      module,
      reason: `started by ${elf.loader}, not by glibc's loader`,
      remedy: 'build the program against glibc (for Rust: the x86_64-unknown-linux-gnu target)',
    };
  }
  if (privileged) return ofPrivilege(module, privileged);
  return undefined;
}

/** Whether LD_PRELOAD may be set: another loader would complain on the program's stderr or give up. */
export function acceptsPreload(elf: ElfFacts): boolean {
  if (elf.static) return true; // it ignores the variable, and its children may obey it
  return (
    elf.class === 64 &&
    elf.machine === 'x86-64' &&
    (elf.loader === undefined || GLIBC_LOADER.test(elf.loader))
  );
}

export function ofPrivilege(module: string, privileged: Privilege): Gap {
  const what = {
    setuid: 'its set-user-id bit',
    setgid: 'its set-group-id bit',
    capabilities: 'its file capabilities',
  }[privileged];
  const owner = privileged === 'capabilities' ? 'root' : privileged === 'setuid' ? 'its owner' : 'its group';
  return {
    module,
    reason: `${what} make${privileged === 'capabilities' ? '' : 's'} the loader ignore LD_PRELOAD`,
    remedy: `run it as ${owner}, or observe a copy without the privilege: cp ${quote(module)} /tmp/`,
  };
}

/** Said when the program left no ledger and nothing that we know of explains it. */
export function unexplained(module: string, capabilitiesUnchecked: boolean): Gap {
  return {
    module,
    reason: capabilitiesUnchecked
      ? 'it left no ledger; whether file capabilities made the loader ignore LD_PRELOAD was not checked (getcap is not installed)'
      : 'it left no ledger: the runtime was not loaded, or could not write',
    remedy: capabilitiesUnchecked
      ? 'apt-get install libcap2-bin, then run again; crossfree doctor tests this machine'
      : 'crossfree doctor tests whether this machine can observe at all',
  };
}

function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
