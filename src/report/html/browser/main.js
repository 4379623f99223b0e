import { startCopying } from './copy.js';
import { Gallery } from './gallery.js';
import { startTheme } from './theme.js';

startTheme();
startCopying();
const block = document.getElementById('gallery-data');
if (block) new Gallery(JSON.parse(block.textContent ?? '')).start();
