/** Runs commands in a root folder, with this checkout, its runtime and this machine's Node in it. */
import { spawn } from 'node:child_process';
import type { Folder } from './folder.ts';

/** Where the checkout is there. */
export const THERE = '/crossfree';

/**
 * All mounts are in a namespace of the command's own: when that ends, however it ends, nothing is left of them.
 * The folder is mounted on itself, since programs with namespaces of their own want the root to be a mount.
 */
const ENTER = `set -e
mount --bind "$ROOT" "$ROOT"
mkdir -p "$ROOT${THERE}" "$ROOT/proc" "$ROOT/dev"
mount --rbind /dev "$ROOT/dev"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs tmpfs "$ROOT/tmp"
mount --bind "$REPOSITORY" "$ROOT${THERE}"
mount --bind "$OWN" "$ROOT${THERE}/build"
touch "$ROOT/usr/local/bin/node"
mount --bind "$NODE" "$ROOT/usr/local/bin/node"
exec chroot "$ROOT" env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root TMPDIR=/tmp LC_ALL=C.UTF-8 \\
  sh -c 'cd ${THERE} && exec "$@"' sh "$@"`;

export interface EndedInside {
  status: number;
  stdout: string;
  stderr: string;
}

/** The command that runs `command` there, and what its environment needs. */
export function enter({ repository, root, own }: Folder, command: readonly string[]) {
  return {
    command: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'sh', ...command],
    environment: { ROOT: root, OWN: own, REPOSITORY: repository, NODE: process.execPath },
  };
}

/** Runs a command there to its end; `NAME=value` words may stand before it. */
export function inside(folder: Folder, words: readonly string[], timeoutMs = 60_000): Promise<EndedInside> {
  const entered = enter(folder, ['env', ...words]);
  const [program = '', ...args] = entered.command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...entered.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), timeoutMs);
    child.stdout.on('data', (data) => out.push(data));
    child.stderr.on('data', (data) => err.push(data));
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      const stdout = Buffer.concat(out).toString();
      const stderr = Buffer.concat(err).toString();
      resolve({ status: status ?? -1, stdout, stderr });
    });
  });
}

/** What is in a folder: its C library, its compiler and this machine's Node. Throws where nothing can be run. */
export async function versionsIn(folder: Folder): Promise<string> {
  const script = 'getconf GNU_LIBC_VERSION; gcc -dumpfullversion; node --version';
  const { status, stdout, stderr } = await inside(folder, ['sh', '-ec', script]);
  const [libc, gcc, node] = stdout.trim().split('\n');
  if (status !== 0 || !node) throw new Error(`nothing can be run in ${folder.root}: ${stderr.trim()}`);
  return `${libc}, gcc ${gcc}, Node ${node}`;
}
