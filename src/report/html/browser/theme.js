const KEY = 'winoscope-theme';

/** What was chosen before, where the browser keeps it. @returns {string | null} */
function storedTheme() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @param {string} theme */
function storeTheme(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

/** Whether the page is dark now. */
function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** Puts the choice of last time into force and the switch to work. */
export function startTheme() {
  const stored = storedTheme();
  if (stored === 'dark' || stored === 'light') document.documentElement.dataset.theme = stored;
  const button = /** @type {HTMLButtonElement} */ (document.getElementById('theme'));
  const name = () => {
    button.textContent = isDark() ? 'Light colours' : 'Dark colours';
  };
  button.hidden = false;
  name();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', name);
  button.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
    storeTheme(theme);
    name();
  });
}
