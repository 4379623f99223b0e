// Loaded with --import: the wall clock jumps by up to a day, back and forth, with every look at it.
let looks = 0;
const DAY = 86_400_000;
const now = Date.now.bind(Date);
Date.now = () => now() + (looks++ % 2 === 0 ? -DAY : DAY);
