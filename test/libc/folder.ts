/** The root folders of Debian releases below build/libc: made once, whole or not at all, and kept. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { which } from '../robustness/harness/toolchain.ts';
import { aptSources, debianMirror } from './mirror.ts';
import type { Release } from './releases.ts';

/** What compiles the specimens there. */
const PACKAGES = 'gcc,g++,libc6-dev';
const LIMIT_MS = 1_800_000;

export interface Folder {
  /** The checkout that is seen in it. */
  repository: string;
  root: string;
  /** What is built there and written there: `build` of a checkout. */
  own: string;
}

/** The folder of a release, made where it is not there; or why there is none. */
export function folderOf(
  release: Release,
  repository: string,
  tell: (line: string) => void,
): Folder | { why: string } {
  const folders = join(repository, 'build', 'libc');
  const own = join(folders, `${release.name}.build`);
  if (process.getuid?.() !== 0) return { why: 'only root may change its root folder' };
  if (!which('unshare') || !which('chroot'))
    return { why: 'it needs unshare and chroot (util-linux, coreutils)' };
  mkdirSync(own, { recursive: true });
  const root = release.folder ?? join(folders, release.name);
  if (existsSync(root)) return { repository, root, own };
  if (release.folder !== undefined) return { why: `there is no folder ${root}` };
  const why = make(release.name, root, tell);
  return why === undefined ? { repository, root, own } : { why };
}

function make(name: string, root: string, tell: (line: string) => void): string | undefined {
  const mirror = process.env.CROSSFREE_DEBIAN_MIRROR ?? debianMirror(aptSources());
  if (mirror === undefined) return 'apt knows no archive of Debian here: CROSSFREE_DEBIAN_MIRROR names one';
  const absent = install();
  if (absent !== undefined) return absent;
  tell(`${name}: making ${root} with debootstrap, which takes a few minutes`);
  const partial = `${root}.${process.pid}`;
  // in a namespace of its own, so that nothing stays mounted there when it is interrupted
  const { status, stdout, stderr, error } = spawnSync(
    'unshare',
    [
      ...['--mount', '--propagation', 'private', 'debootstrap', '--variant=minbase'],
      ...[`--include=${PACKAGES}`, name, partial, mirror],
    ],
    { encoding: 'utf8', timeout: LIMIT_MS },
  );
  if (status === 0 && !existsSync(root)) renameSync(partial, root);
  else rmSync(partial, { recursive: true, force: true });
  if (existsSync(root)) return undefined;
  const said = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-2).join(' / ');
  return `debootstrap could not make it: ${error?.message ?? said}`;
}

function install(): string | undefined {
  if (which('debootstrap')) return undefined;
  const line = 'apt-get install -y --no-install-recommends debootstrap';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (which('apt-get')) {
    const [command = '', ...args] = line.split(' ');
    if (spawnSync(command, args, { env }).status !== 0) spawnSync(command, ['update', '-q'], { env });
    if (!which('debootstrap')) spawnSync(command, args, { env });
  }
  return which('debootstrap') ? undefined : `there is no debootstrap: \`${line}\``;
}
