/** The style of pages: fonts of the system, two colour schemes, and paper. */

import { base } from './style/base.ts';
import { figures } from './style/figures.ts';
import { gallery } from './style/gallery.ts';
import { print } from './style/print.ts';

/** All of it, as the contents of a style element. */
export const style = [base, figures, gallery, print].join('\n');
