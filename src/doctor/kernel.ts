import { readFileSync } from 'node:fs';
import type { Check } from './check.ts';

/** Settings of the kernel and limits of this shell that change what can be observed. */
export function checkKernel(read: (path: string) => string | undefined = readSetting): Check[] {
  return [checkOvercommit(read), checkAddressSpace(read), checkCores(read), checkPtrace(read)];
}

type Read = (path: string) => string | undefined;

function checkOvercommit(read: Read): Check {
  const check = { id: 'overcommit', title: 'overcommit' };
  const mode = read('/proc/sys/vm/overcommit_memory');
  if (mode !== '2')
    return { ...check, state: 'ok', detail: `vm.overcommit_memory = ${mode ?? 'not readable'}` };
  return {
    ...check,
    state: 'note',
    detail: 'vm.overcommit_memory = 2: large reservations are refused, a slower structure serves',
    remedy: 'sysctl vm.overcommit_memory=0',
  };
}

function checkAddressSpace(read: Read): Check {
  const check = { id: 'address-space', title: 'address space' };
  const limit = limitOf(read('/proc/self/limits'), 'Max address space');
  if (limit === undefined || limit === 'unlimited') return { ...check, state: 'ok', detail: 'not limited' };
  return {
    ...check,
    state: 'note',
    detail: `limited to ${limit} bytes: large reservations are refused, a slower structure serves`,
    remedy: 'ulimit -v unlimited',
  };
}

function checkCores(read: Read): Check {
  const check = { id: 'cores', title: 'core dumps' };
  const pattern = read('/proc/sys/kernel/core_pattern') ?? 'not readable';
  if (limitOf(read('/proc/self/limits'), 'Max core file size') === '0') {
    return {
      ...check,
      state: 'note',
      detail: `none are written in this shell (pattern: ${pattern})`,
      remedy: 'ulimit -c unlimited',
    };
  }
  return { ...check, state: 'ok', detail: `pattern: ${pattern}` };
}

function checkPtrace(read: Read): Check {
  const check = { id: 'ptrace', title: 'ptrace' };
  const scope = read('/proc/sys/kernel/yama/ptrace_scope');
  if (scope === undefined || scope === '0')
    return { ...check, state: 'ok', detail: 'a debugger may attach to your processes' };
  return {
    ...check,
    state: 'note',
    detail: `kernel.yama.ptrace_scope = ${scope}: a debugger may attach to its own children only, or to none`,
    remedy: 'sysctl kernel.yama.ptrace_scope=0',
  };
}

/** The soft limit in the text of /proc/PID/limits. */
export function limitOf(limits: string | undefined, name: string): string | undefined {
  const line = limits?.split('\n').find((candidate) => candidate.startsWith(name));
  return line?.slice(name.length).trim().split(/\s+/)[0];
}

function readSetting(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
