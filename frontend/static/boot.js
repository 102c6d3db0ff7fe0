// The stored theme first, so that nothing flashes; then the app.
import init from './frontend.js';

const theme = localStorage.getItem('meterhouse.theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

init();
