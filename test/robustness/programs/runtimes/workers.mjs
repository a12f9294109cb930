// Worker threads that allocate much, some of which are terminated in the middle of it.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (isMainThread) {
  const workers = Array.from({ length: 4 }, () => new Worker(new URL(import.meta.url)));
  const sums = workers.map((worker) => new Promise((resolve) => worker.once('message', resolve)));
  console.log((await Promise.all(sums)).join(' '));
  const ended = await Promise.all(workers.map((worker) => worker.terminate()));
  console.log(ended.length, 'terminated');
} else {
  let sum = 0;
  for (let i = 0; i < 2000; i++) sum += Buffer.alloc((i * 13) % 9000, 1)[0] ?? 0;
  const pattern = /(\d+)-(\d+)/.exec(JSON.stringify({ range: `${sum}-7` }));
  parentPort?.postMessage(Number(pattern?.[1]) + structuredClone(new Uint8Array(100_000)).length);
  for (;;) new Uint8Array(100).fill(1);
}
