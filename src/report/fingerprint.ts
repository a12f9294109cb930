import { createHash } from 'node:crypto';
import type { Event, Finding, Frame } from '../model/index.ts';
import { ownFrames } from './stack-view.ts';

/** Callers beyond these do not tell two faults apart: a test's name, a loop, a recursion. */
const FRAMES = 4;

/**
 * What stays the same of a finding when its program moves or is edited elsewhere: 16 hexadecimal digits.
 * It is made of the code, the worlds, where a bad pointer led, and the functions of the program's own that
 * gave the block out and took it back, with which of several same calls in a function it is. Lines, addresses, paths, sizes and what crossfree did about it do
 * not enter. A frame without a symbol enters by its module and offset, so a rebuild changes that one.
 */
export function fingerprint({ code, worlds, detail, birth, death }: Finding): string {
  const facts = [code, stable(worlds.allocated), stable(worlds.released), detail.where ?? ''];
  const events = [birth, detail.other?.birth, death].map(functionsOf);
  return createHash('sha256')
    .update(JSON.stringify([facts, events]))
    .digest('hex')
    .slice(0, 16);
}

function functionsOf(event: Event | undefined): string[] {
  const frames = ownFrames(event?.stack ?? []);
  // of a recursion the innermost: how deep it went does not matter
  const steps = frames.filter(
    (frame, index) => index === 0 || nameOf(frame) !== nameOf(frames[index - 1] as Frame),
  );
  return steps
    .slice(0, FRAMES)
    .map((frame) => (frame.nth === undefined ? nameOf(frame) : `${nameOf(frame)}#${frame.nth}`));
}

function nameOf({ function: name, module, offset }: Frame): string {
  if (name !== undefined) return stableFunction(name);
  return `${stable(module?.slice(module.lastIndexOf('/') + 1))}+${offset ?? ''}`;
}

/** Without what the compiler adds from build to build: Rust's hash, clones and parts of a function. */
function stableFunction(name: string): string {
  return name
    .replace(/::h[0-9a-f]{16}$/, '')
    .replace(/(\.(llvm|constprop|isra|part|cold|lto_priv)(\.\d+)?)+$/, '');
}

/** A module's or world's name without the hash that cargo puts into file names. */
function stable(name: string | undefined): string {
  return (name ?? '').replace(/-[0-9a-f]{16}(?=$|\.)/, '');
}
