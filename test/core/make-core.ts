import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from '../../src/evidence/find-tool.ts';

/** Whether the kernel puts a core beside the program. */
export const kernelWrites =
  !/^[|/]/.test(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')) &&
  spawnSync('sh', ['-c', 'ulimit -c unlimited']).status === 0;

export const canMakeCores = kernelWrites || findTool(['gdb']) !== undefined;

/** The command, in a folder in which the kernel may leave a core. */
export function allowingCores(command: readonly string[], folder: string): string[] {
  return [
    'sh',
    '-c',
    'cd "$0" && { ulimit -c unlimited 2>/dev/null || true; } && exec "$@"',
    folder,
    ...command,
  ];
}

/** The core that a program leaves when it crashes: the kernel's, where it writes any, else gdb's. */
export function coreOf(command: readonly string[], core: string): string {
  if (kernelWrites) {
    const into = mkdtempSync(join(tmpdir(), 'crossfree-cores-'));
    const [shell = '', ...rest] = allowingCores(command, into);
    spawnSync(shell, rest, { stdio: 'ignore' });
    take(into, core);
    rmSync(into, { recursive: true, force: true });
  } else {
    const handle = ['-ex', 'handle SIGUSR1 nostop pass', '-ex', 'set disable-randomization off'];
    const asked = [...handle, '-ex', 'run', '-ex', `generate-core-file ${core}`];
    spawnSync('gdb', ['-nx', '-q', '-batch', ...asked, '--args', ...command], { stdio: 'ignore' });
  }
  return core;
}

/** The core of a process that waits; `folder` is that of `allowingCores`. */
export async function coreOfWaiting(pid: number, folder: string, core: string): Promise<string> {
  if (!kernelWrites) {
    const asked = ['-ex', `generate-core-file ${core}`];
    execFileSync('gdb', ['-nx', '-q', '-batch', '-p', String(pid), ...asked], { stdio: 'ignore' });
    return core;
  }
  process.kill(pid, 'SIGABRT');
  // a process that is gone, or waits to be reaped, has written all of it
  while (/^State:\s+[^ZX]/m.test(statusOf(pid))) await new Promise((done) => setTimeout(done, 5));
  take(folder, core);
  return core;
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

function take(folder: string, core: string): void {
  const left = readdirSync(folder).find((name) => name.startsWith('core'));
  if (left === undefined) throw new Error(`no core was left in ${folder}`);
  renameSync(join(folder, left), core);
}
