import { isFrame, isListOf, isObject, isText } from './shape.ts';

/** Whether the crashes of a result that somebody kept have the shape that reports rely on. */
export function areCrashes(value: unknown): boolean {
  return value === undefined || isListOf(value, isCrash);
}

function isCrash(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { pid, thread, fault, earlier, blocks, complete, sender } = value;
  return (
    typeof pid === 'number' &&
    typeof thread === 'number' &&
    typeof complete === 'boolean' &&
    (sender === undefined || typeof sender === 'number') &&
    isFault(fault) &&
    (earlier === undefined || isListOf(earlier, isFault)) &&
    isListOf(blocks, isPointedBlock)
  );
}

export function isFault(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { signal, signalCode, address, access, frame, stack, instruction, registers } = value;
  return (
    [signal, signalCode].every(isOptionalText) &&
    (address === undefined || isAddress(address)) &&
    (access === undefined || access === 'read' || access === 'write' || access === 'execute') &&
    (frame === undefined || isFrame(frame)) &&
    (stack === undefined || isListOf(stack, isFrame)) &&
    (instruction === undefined || (isObject(instruction) && Object.values(instruction).every(isText))) &&
    (registers === undefined || (isObject(registers) && Object.values(registers).every(isText)))
  );
}

const STATES = ['live', 'freed', 'passing'];

export function isPointedBlock(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { block, world, state, birth, released, pointers, offset } = value;
  return (
    isObject(block) &&
    isText(block.address) &&
    (block.size === undefined || typeof block.size === 'number') &&
    isOptionalText(world) &&
    STATES.some((known) => known === state) &&
    [birth, released].every((event) => event === undefined || isEvent(event)) &&
    isListOf(pointers, isText) &&
    typeof offset === 'number'
  );
}

function isEvent(value: unknown): boolean {
  if (!isObject(value)) return false;
  return isListOf(value.stack, isFrame) && isOptionalText(value.via);
}

/** What BigInt can read. */
function isAddress(value: unknown): boolean {
  return isText(value) && /^0x[0-9a-f]{1,16}$/.test(value);
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || isText(value);
}
