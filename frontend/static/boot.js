// The stored theme first, so that nothing flashes; then the program that has the page asked for.
const theme = localStorage.getItem('meterhouse.theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

// First words of the paths that each program shows: see frontend/src/route.rs.
const office = ['tariffs', 'audit', 'board', 'people', 'approvals'];
const plant = ['lines', 'policies'];
const word = location.pathname.split('/')[1];
const program = await (office.includes(word) ? import('./office.js')
  : plant.includes(word) ? import('./plant.js')
  : import('./frontend.js'));
program.default();
