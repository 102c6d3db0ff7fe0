// The sandbox's worker: the same bundle, which finds out by itself where it runs.
import init from './frontend.js';

init();
