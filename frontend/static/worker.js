// The sandbox's worker: a WebAssembly program of its own, which the page alone does not need.
import init from './sandbox.js';

init();
