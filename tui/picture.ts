import type { AppState } from './app-state.ts';
import type { ScreenContext } from './screens/screen.ts';

/** Cells of the terminal. */
export interface Size {
  columns: number;
  rows: number;
}

/** What is drawn: replaced as a whole, never changed. */
export interface Picture {
  app: AppState;
  context: ScreenContext;
  size: Size;
}
