/** The task's name, and its repository on the Hub. */
export const WINOGROUND = 'winoground';
export const WINOGROUND_REPO = 'facebook/winoground';
