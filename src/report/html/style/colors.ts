/**
 * Colours of both schemes. Text, and colours of series that text is set in, reach 4.5 : 1 on `--paper` and `--panel`; the
 * series differ in lightness too, and in signs and dashes beside it.
 */

export const light = `
--paper:#fdfcf9;--panel:#f5f3ed;--ink:#20242a;--muted:#59616c;--grid:#e9e6de;--rule:#d8d4ca;
--link:#1b5a8c;--right:#14633a;--wrong:#ae2a20;--quiet:#7f8995;--accent:#b4540a;
--a:#c2600c;--b:#1f6fc4;--shade:rgba(32,36,42,.06);
--s0:#0b6e5f;--s1:#7a3e9d;--s2:#a04a00;--s3:#1f5fa8;--s4:#9c2f4b;--s5:#5a5a10;`;

export const dark = `
--paper:#15181c;--panel:#1d2126;--ink:#e7e4de;--muted:#a5adb8;--grid:#2a2f37;--rule:#3a414a;
--link:#8fc2f1;--right:#74d3a0;--wrong:#ff9a90;--quiet:#8792a0;--accent:#f2a45f;
--a:#f0923c;--b:#5c9ff0;--shade:rgba(255,255,255,.07);
--s0:#5ccab2;--s1:#c9a0ea;--s2:#f0a860;--s3:#86b8f2;--s4:#f28ea8;--s5:#cfcf70;`;
