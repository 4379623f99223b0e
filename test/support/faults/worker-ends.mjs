// Loaded with --import: one worker process ends in the middle of its WINOSCOPE_FAULT_CALL-th model call. It is the first
// one to make the file WINOSCOPE_FAULT_CLAIM.
import { renameSync, writeFileSync } from 'node:fs';

const how = process.env.WINOSCOPE_FAULT;
const isWorker = process.send !== undefined && /[\\/]run[\\/]worker\.[jt]s$/.test(process.argv[1] ?? '');
let left = Number(process.env.WINOSCOPE_FAULT_CALL ?? 20);
if (isWorker && how && claims(process.env.WINOSCOPE_FAULT_CLAIM)) {
  const { InferenceSession } = await import('onnxruntime-node');
  const run = InferenceSession.prototype.run;
  const faults = {
    // It is gone while others compute.
    exit: () => process.exit(7),
    // As where native code crashes.
    SIGABRT: () => process.kill(process.pid, 'SIGABRT'),
    // No answer ever comes, and nothing in the process can interrupt it.
    hang: () => {
      const hung = `${process.env.WINOSCOPE_FAULT_CLAIM}-hung`;
      writeFileSync(`${hung}-part`, `${process.pid}`);
      renameSync(`${hung}-part`, hung);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    },
  };
  InferenceSession.prototype.run = function (...args) {
    const result = run.apply(this, args);
    if (--left === 0) faults[how]();
    return result;
  };
}

/** Whether this process is the one. */
function claims(file) {
  try {
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}
