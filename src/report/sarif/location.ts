import type { Location, Stack, ThreadFlowLocation } from 'sarif';
import type { Event, Frame } from '../../model/index.ts';
import { wellFormed } from '../printable.ts';
import { isLibrary, nearer } from '../stack-view.ts';

/** The name under which SARIF knows the folder that relative paths start from. */
export const SOURCE_ROOT = 'SRCROOT';

/** A frame as a place in a source file, else in its module; with the function's name. */
export function locationOf(frame: Frame, cwd: string, message?: string): Location {
  const file = frame.file ?? frame.module;
  const name = frame.function;
  return {
    ...(file !== undefined && {
      physicalLocation: {
        artifactLocation: artifactLocation(file, cwd),
        ...(frame.file !== undefined &&
          frame.line !== undefined &&
          frame.line > 0 && {
            region: {
              startLine: frame.line,
              ...(frame.column !== undefined && frame.column > 0 && { startColumn: frame.column }),
            },
          }),
        ...(frame.file === undefined && frame.offset !== undefined && { address: addressOf(frame.offset) }),
      },
    }),
    ...(name !== undefined && {
      logicalLocations: [{ fullyQualifiedName: name, kind: 'function' }],
    }),
    ...(message !== undefined && { message: { text: plain(message) } }),
  };
}

function addressOf(offset: string) {
  const value = Number(offset);
  return { kind: 'instruction', ...(Number.isSafeInteger(value) && { relativeAddress: value }) };
}

/** Below the working directory relative to it, so that a code host finds the file; else absolute. */
export function artifactLocation(path: string, cwd: string): { uri: string; uriBaseId?: string } {
  const near = nearer(path, cwd);
  if (near.startsWith('/')) return { uri: `file://${encoded(near)}` };
  return { uri: encoded(near), uriBaseId: SOURCE_ROOT };
}

/** A path as a URI reference: every byte that could mean something else is escaped. */
export function encoded(path: string): string {
  // halves of surrogate pairs have no UTF-8
  return wellFormed(path).split('/').map(encodeURIComponent).join('/');
}

export function stackOf(event: Event, cwd: string, title: string): Stack {
  return {
    message: { text: plain(title) },
    frames: event.stack.map((frame) => ({
      location: locationOf(frame, cwd),
      ...(frame.module !== undefined && { module: frame.module }),
      threadId: event.thread,
    })),
  };
}

/** An event's way from its outermost caller to the act itself. */
export function flowOf(event: Event, cwd: string, act: string, firstOrder: number): ThreadFlowLocation[] {
  const steps = event.stack
    .filter(({ file, module }) => file !== undefined || module !== undefined)
    .reverse();
  return steps.map((frame, index) => {
    const isAct = index === steps.length - 1;
    return {
      location: locationOf(frame, cwd, isAct ? act : `calls on the way to: ${act}`),
      // viewers fold what is not essential away
      importance: isAct ? 'essential' : isLibrary(frame) ? 'unimportant' : 'important',
      executionOrder: firstOrder + index,
      nestingLevel: index,
    };
  });
}

/** Plain text of a SARIF message: what would be a link or a placeholder there is escaped. */
export function plain(text: string): string {
  return wellFormed(text)
    .replace(/\[(?=[^\]]*\]\()/g, '\\[')
    .replace(/\{(?=\d+\})/g, '{{');
}
