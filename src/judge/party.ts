import type { World } from '../model/index.ts';

/** How a sentence speaks of the side that handed a block out: `C malloc`, `C++ new[]`, `Rust in libfoo.so`. */
export function giver(world: World | undefined, via: string | undefined): string {
  const { family, module } = split(world);
  const where = module ? ` in ${module}` : '';
  if (family === 'c') return `C ${via ?? 'malloc'}`;
  if (family === 'c++') return `C++ new${where}`;
  if (family === 'c++[]') return `C++ new[]${where}`;
  if (family === 'rust') return `Rust${where}`;
  return via ?? 'an unknown allocator';
}

/** How a sentence speaks of the side that released it: `C free`, `C++ delete`, `Rust`. */
export function taker(world: World | undefined, via: string | undefined): string {
  const { family, module } = split(world);
  const where = module ? ` in ${module}` : '';
  if (family === 'c') return `C ${via ?? 'free'}`;
  if (family === 'c++') return `C++ delete${where}`;
  if (family === 'c++[]') return `C++ delete[]${where}`;
  if (family === 'rust') return `Rust${where}`;
  return via ?? 'an unknown release';
}

function split(world: World | undefined): { family?: string; module?: string } {
  if (world === undefined) return {};
  const at = world.indexOf('@');
  return at < 0 ? { family: world } : { family: world.slice(0, at), module: world.slice(at + 1) };
}

/** `a 64-byte block`, `an 8-byte block`, `a block` where the size is not known. */
export function aBlock(size: number | undefined): string {
  return size === undefined ? 'a block' : `${article(size)} ${size}-byte block`;
}

/** `an` before 8, 11, 18, 80, 800, 11000 … as they are read aloud. */
function article(count: number): 'a' | 'an' {
  const digits = String(count);
  if (digits.startsWith('8')) return 'an';
  return /^(11|18)(...)*$/.test(digits) ? 'an' : 'a';
}

export function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}
